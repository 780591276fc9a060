using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Ledger.Worlds;

/// <summary>The summed cost of reads through the handles that <see cref="Run.WithStatistics"/> and <see cref="AgentLedger.WithStatistics"/> return.</summary>
/// <remarks>
/// Safe for concurrent use.
/// <code>
/// var statistics = new ReadStatistics();
/// var world = await run.WithStatistics(statistics).GetWorldAsync();
/// Console.WriteLine($"{statistics.EventsFolded} events from {statistics.Snapshot?.Position}");
/// </code>
/// </remarks>
public sealed class ReadStatistics
{
    private readonly Lock _gate = new();
    private readonly IProgress<long>? _progress;
    private (long Read, long Folded, long Segments, long Rows, long Bytes, TimeSpan Elapsed) _sums;
    private (StreamName, Position)? _snapshot;

    /// <summary>Creates statistics with all counts at zero.</summary>
    /// <param name="progress">Gets the number of events read so far, after each event; null for no reports.</param>
    public ReadStatistics(IProgress<long>? progress = null) => _progress = progress;

    /// <summary>The number of events that were read.</summary>
    public long EventsRead => Sums.Read;

    /// <summary>The number of events that were folded into worlds; a snapshot saves those before it.</summary>
    public long EventsFolded => Sums.Folded;

    /// <summary>The number of segments, each a part of one stream, that the events came from.</summary>
    public long Segments => Sums.Segments;

    /// <summary>The number of rows read: objects and relations, of which a comparison reads only those that differ, or the items of a list of runs or branches.</summary>
    public long RowsRead => Sums.Rows;

    /// <summary>The size of the JSON of events and the snapshot, without headers; rows do not count.</summary>
    public long Bytes => Sums.Bytes;

    /// <summary>The time spent in the calls, without the caller's own time between the events of an enumeration.</summary>
    public TimeSpan Elapsed => Sums.Elapsed;

    /// <summary>The stream and position of the snapshot that the last world started from; null if the log was folded from its start.</summary>
    public (StreamName Stream, Position Position)? Snapshot
    {
        get
        {
            lock (_gate)
            {
                return _snapshot;
            }
        }
    }

    private (long Read, long Folded, long Segments, long Rows, long Bytes, TimeSpan Elapsed) Sums
    {
        get
        {
            lock (_gate)
            {
                return _sums;
            }
        }
    }

    /// <summary>Passes events through, counting them and the time until each arrives.</summary>
    internal async IAsyncEnumerable<RecordedEvent> ObserveAsync(
        IAsyncEnumerable<RecordedEvent> events,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var enumerator = events.GetAsyncEnumerator(cancellationToken);
        await using var _ = enumerator.ConfigureAwait(false);
        StreamName segment = default;
        while (true)
        {
            var start = Stopwatch.GetTimestamp();
            var isEvent = await enumerator.MoveNextAsync().ConfigureAwait(false);
            Add(Stopwatch.GetElapsedTime(start));
            if (!isEvent)
            {
                yield break;
            }

            Count(enumerator.Current, ref segment);
            yield return enumerator.Current;
        }
    }

    /// <summary>Passes rows on and counts them and the time until each comes.</summary>
    internal async IAsyncEnumerable<T> ObserveRowsAsync<T>(
        IAsyncEnumerable<T> rows,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var enumerator = rows.GetAsyncEnumerator(cancellationToken);
        await using var _ = enumerator.ConfigureAwait(false);
        while (true)
        {
            var start = Stopwatch.GetTimestamp();
            var isThere = await enumerator.MoveNextAsync().ConfigureAwait(false);
            Add(Stopwatch.GetElapsedTime(start));
            if (!isThere)
            {
                yield break;
            }

            CountRows(1);
            yield return enumerator.Current;
        }
    }

    internal void Count(RecordedEvent recorded, ref StreamName segment)
    {
        long read;
        lock (_gate)
        {
            read = ++_sums.Read;
            _sums.Bytes += recorded.Json.Length;
            _sums.Segments += recorded.Stream == segment ? 0 : 1;
        }

        segment = recorded.Stream;
        _progress?.Report(read);
    }

    internal void CountRows(long rows)
    {
        lock (_gate)
        {
            _sums.Rows += rows;
        }
    }

    internal void CountFolded(long events)
    {
        lock (_gate)
        {
            _sums.Folded += events;
        }
    }

    internal void Start(StoredSnapshot? snapshot, Position position)
    {
        lock (_gate)
        {
            _snapshot = snapshot is null ? null : (snapshot.Stream, position);
        }
    }

    internal void CountBytes(long bytes)
    {
        lock (_gate)
        {
            _sums.Bytes += bytes;
        }
    }

    internal void Add(TimeSpan elapsed)
    {
        lock (_gate)
        {
            _sums.Elapsed += elapsed;
        }
    }
}
