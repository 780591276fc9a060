using System.Diagnostics;
using Npgsql;

namespace Ledger.Postgres.Telemetry;

/// <summary>How long the inline projections of a batch take: their statements by the server's clock between them, their C# by ours.</summary>
/// <remarks>The client alone cannot tell: it gets all results of a round trip at once.</remarks>
internal sealed class ProjectionTimes
{
    private const string Column = "ledger_projection_clock";

    private readonly string _clock;
    private readonly Queue<string?> _expected = [];
    private readonly Dictionary<string, TimeSpan> _times = new(StringComparer.Ordinal);
    private DateTime _last;

    private ProjectionTimes(string clock) => _clock = clock;

    /// <summary>An instance to be filled, or null without a listener.</summary>
    /// <param name="clock">The statement that reads the time.</param>
    public static ProjectionTimes? Start(string clock) => LedgerTelemetry.ProjectionTime.Enabled ? new ProjectionTimes(clock) : null;

    /// <summary>The local clock, for <see cref="AddSince"/>; null without a listener.</summary>
    public static long Now(ProjectionTimes? times) => times is null ? 0 : Stopwatch.GetTimestamp();

    /// <summary>Moves to the next result, one of the requested times, and records it; does nothing without a listener.</summary>
    public static async Task ReadNextAsync(ProjectionTimes? times, NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (times is not null)
        {
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            await times.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Adds a query of the time to a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="endOf">The projection whose statements end here; null before the first.</param>
    public void AddClock(NpgsqlBatch batch, string? endOf = null)
    {
        batch.BatchCommands.Add(new NpgsqlBatchCommand(_clock));
        _expected.Enqueue(endOf);
    }

    /// <summary>Adds the time that has passed by our clock.</summary>
    public void AddSince(long begun, string projection) => Add(projection, Stopwatch.GetElapsedTime(begun));

    /// <summary>Takes the reader's present result, if it is one of the times asked for.</summary>
    public async Task ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (reader.FieldCount != 1 || reader.GetName(0) != Column || !await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var now = reader.GetFieldValue<DateTime>(0);
        if (_expected.Dequeue() is { } projection)
        {
            Add(projection, now - _last);
        }

        _last = now;
    }

    /// <summary>Reports the time of the batch, once for each projection.</summary>
    public void Record()
    {
        foreach (var (projection, time) in _times)
        {
            LedgerTelemetry.ProjectionTime.Record(
                time.TotalSeconds, new KeyValuePair<string, object?>(LedgerTelemetry.Projection, projection));
        }
    }

    private void Add(string projection, TimeSpan time) => _times[projection] = _times.GetValueOrDefault(projection) + time;
}
