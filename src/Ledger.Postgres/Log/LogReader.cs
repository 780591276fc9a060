using System.Runtime.CompilerServices;
using Ledger.Log;
using NpgsqlTypes;

namespace Ledger.Postgres.Log;

/// <summary>Reads events: of a stream, of a history, of the whole log, or by their ids.</summary>
internal sealed partial class LogReader(StoreContext context, StreamTable streams)
{
    public IAsyncEnumerable<RecordedEvent> ReadForwardAsync(
        StreamName stream,
        StreamVersion from = default,
        StreamVersion? to = null,
        CancellationToken cancellationToken = default)
    {
        AppendRules.Check(stream, nameof(stream));
        var first = Math.Max(from.Value, 1) - 1;
        return ReadAsync(History.OfRun(stream), first, to?.Value, keepsPositions: false, cancellationToken);
    }

    public IAsyncEnumerable<RecordedEvent> ReadHistoryAsync(
        History history,
        Position from = default,
        Position? to = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        return ReadAsync(history, from.Value, to?.Value, keepsPositions: true, cancellationToken);
    }

    public IAsyncEnumerable<RecordedEvent> ReadBackwardAsync(
        StreamName stream,
        StreamVersion? from = null,
        StreamVersion to = default,
        CancellationToken cancellationToken = default)
    {
        AppendRules.Check(stream, nameof(stream));
        return ReadFromEndAsync(stream, from, to, cancellationToken);
    }

    public async Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(
        IReadOnlyCollection<Guid> ids,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        cancellationToken.ThrowIfCancellationRequested();
        var wanted = ids.Distinct().ToArray();
        if (wanted.Length == 0)
        {
            return [];
        }

        return await context.Reading.UseAsync<IReadOnlyList<RecordedEvent>>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "find_events").With(wanted, NpgsqlDbType.Array | NpgsqlDbType.Uuid);
                await using var __ = command.ConfigureAwait(false);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                var row = new EventRow(context.Options.Registry);
                var found = new List<RecordedEvent>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    found.Add(row.Read(reader, new StreamName(reader.GetString(0)), position: null));
                }

                found.Sort((left, right) => left.Sequence.Value.CompareTo(right.Sequence.Value));
                return found;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<RecordedEvent> ReadFromEndAsync(
        StreamName stream,
        StreamVersion? from,
        StreamVersion to,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var info = await streams.GetStreamAsync(stream, cancellationToken).ConfigureAwait(false);
        var youngest = Math.Min(from?.Value ?? long.MaxValue, info?.Version.Value ?? 0);
        var oldest = Math.Max(to.Value, 1);
        var size = default(PageSize);
        while (youngest >= oldest)
        {
            var page = await ReadBackwardPageAsync(stream, Math.Max(oldest, youngest - size.Rows + 1), youngest, cancellationToken)
                .ConfigureAwait(false);
            foreach (var recorded in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return recorded;
            }

            if (page.Count == 0)
            {
                throw new BrokenHistoryException(stream, stream, new StreamVersion(youngest));
            }

            youngest -= page.Count;
            size = size.After(page.Count, page.Sum(e => (long)e.Json.Length));
        }
    }

    private async IAsyncEnumerable<RecordedEvent> ReadAsync(
        History history,
        long from,
        long? to,
        bool keepsPositions,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var end = to ?? long.MaxValue;
        if (from >= end)
        {
            yield break;
        }

        var chunks = ReadChunksAsync(from, ReadPageAsync, cancellationToken).ConfigureAwait(false);
        await foreach (var chunk in chunks)
        {
            foreach (var recorded in chunk)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return recorded;
            }
        }

        async Task<PageRead> ReadPageAsync(long next, int rows, Action<RecordedEvent> add, CancellationToken cancelled)
        {
            var page = new HistoryPage(history, next, Math.Min(rows, end - next), keepsPositions);
            var read = await ReadHistoryPageAsync(page, add, cancelled).ConfigureAwait(false);
            return read with { IsLast = read.IsLast || read.Next >= end };
        }
    }

    private async Task<PageRead> ReadHistoryPageAsync(HistoryPage page, Action<RecordedEvent> add, CancellationToken cancellationToken)
    {
        return await context.Reading.UseAsync<PageRead>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "read_history");
                await using var __ = command.ConfigureAwait(false);
                page.AddParameters(command);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                return await page.ReadAsync(reader, new EventRow(context.Options.Registry), add, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<RecordedEvent>> ReadBackwardPageAsync(
        StreamName stream,
        long oldest,
        long youngest,
        CancellationToken cancellationToken)
    {
        return await context.Reading.UseAsync<List<RecordedEvent>>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "read_backward")
                    .WithText(stream.Value)
                    .With(oldest, NpgsqlDbType.Bigint)
                    .With(youngest, NpgsqlDbType.Bigint);
                await using var __ = command.ConfigureAwait(false);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                var row = new EventRow(context.Options.Registry);
                var events = new List<RecordedEvent>();
                var bytes = 0L;
                while (bytes < PageSize.MaxBytes && await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    if (EventRow.VersionOf(reader).Value != youngest - events.Count)
                    {
                        throw new BrokenHistoryException(stream, stream, new StreamVersion(youngest - events.Count));
                    }

                    events.Add(row.Read(reader, stream, position: null));
                    bytes += events[^1].Json.Length;
                }

                return events;
            },
            cancellationToken).ConfigureAwait(false);
    }
}
