using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Runs;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Runs;

/// <summary>The events of calls as the marks of runs name them, and those after the last mark, in pages.</summary>
/// <param name="context">Where the events are.</param>
/// <param name="summaries">Write the marks.</param>
/// <param name="store">Reads the events where there are no marks: before the migration, and for a role that may not read them.</param>
internal sealed class PostgresCallHistory(StoreContext context, PostgresRunSummaries summaries, IEventStore store) : ICallHistory
{
    // No statement looks at more events, so that none keeps its snapshot for longer than a moment.
    private const long MostVersions = 250_000;

    // Where more events come after the last mark, marks are written for the next reader.
    private const long MostUnmarked = 50_000;

    public async Task<Position> ReadCallsAsync(History history, Position from, Action<RecordedEvent> take, CancellationToken cancellationToken)
    {
        var reached = from;
        void Take(RecordedEvent recorded)
        {
            take(recorded);
            reached = new Position(recorded.Position!.Value.Value + 1);
        }

        try
        {
            return await ReadMarkedAsync(history, from, Take, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (summaries.HasNoRows(fault))
        {
            await foreach (var recorded in store.ReadHistoryAsync(history, reached, null, cancellationToken).ConfigureAwait(false))
            {
                Take(recorded);
            }

            return reached;
        }
    }

    private async Task<Position> ReadMarkedAsync(History history, Position from, Action<RecordedEvent> take, CancellationToken cancellationToken)
    {
        var (size, start) = (default(PageSize), from);
        while (true)
        {
            var page = await context.Reading.UseAsync(
                (lease, token) => ReadPageAsync(lease, history, from, size.Rows, take, token), cancellationToken).ConfigureAwait(false);
            if (page.IsLast)
            {
                if (start == Position.Start && page.Unmarked > MostUnmarked)
                {
                    await MarkAsync(history.Stream, cancellationToken).ConfigureAwait(false);
                }

                return page.Next;
            }

            (from, size) = (page.Next, size.After(page.Rows, page.Bytes));
        }
    }

    private async Task MarkAsync(StreamName stream, CancellationToken cancellationToken)
    {
        if (context.Connections.IsPool && RunRows.Has(stream) && summaries.MayWrite)
        {
            await summaries.FindAsync(stream, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Page> ReadPageAsync(
        ConnectionSource.Lease lease, History history, Position from, int most, Action<RecordedEvent> take, CancellationToken cancellationToken)
    {
        var (slices, end) = SlicesFrom(history, from.Value);
        var command = context.Command(lease, "read_calls")
            .WithText(history.Stream.Value)
            .With(slices.ConvertAll(slice => slice.Stream.Value), NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(slices.ConvertAll(slice => slice.First), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(slices.ConvertAll(slice => slice.Last), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(most, NpgsqlDbType.Integer)
            .With(RunFold.CallTypes, NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(RunRows.CallsOf, NpgsqlDbType.Integer);
        await using var _ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var row = new EventRow(context.Options.Registry);
        var (rows, bytes, next, version, marked) = (0, 0L, from, 0L, 0L);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            (version, marked) = (reader.GetInt64(10), reader.GetInt64(11));
            if (reader.IsDBNull(0))
            {
                break;
            }

            var recorded = Read(reader, row, slices, next);
            take(recorded);
            rows++;
            bytes += recorded.Json.Length;
            next = new Position(recorded.Position!.Value.Value + 1);
            if (bytes >= PageSize.MaxBytes)
            {
                return new Page(next, IsLast: false, rows, bytes, 0);
            }
        }

        var length = history.LengthAt(new StreamVersion(version)).Value;
        return rows == most ? new Page(next, IsLast: false, rows, bytes, 0)
            : end < length ? new Page(new Position(end), IsLast: false, rows, bytes, 0)
            : new Page(new Position(Math.Max(length, from.Value)), IsLast: true, rows, bytes, version - marked);
    }

    private static RecordedEvent Read(NpgsqlDataReader reader, EventRow row, List<Slice> slices, Position next)
    {
        var slice = slices[(int)reader.GetInt64(0) - 1];
        var position = new Position(slice.At + EventRow.VersionOf(reader).Value - slice.First);
        return position >= next
            ? row.Read(reader, slice.Stream, position)
            : throw new InvalidOperationException($"The events of calls in '{slice.Stream}' came out of order: position {position} after {next}.");
    }

    /// <summary>The parts of streams that the next positions of the history are in, and the position after them.</summary>
    private static (List<Slice> Slices, long End) SlicesFrom(History history, long from)
    {
        var (slices, at, left) = (new List<Slice>(), from, MostVersions);
        while (at < history.PrefixLength.Value && left > 0)
        {
            var (stream, first) = history.Locate(new Position(at));
            var last = Math.Min(history.Lineage.First(segment => segment.Stream == stream.Value).Taken, first.Value + left - 1);
            slices.Add(new Slice(stream, first.Value, last, at));
            left -= last - first.Value + 1;
            at += last - first.Value + 1;
        }

        if (left > 0)
        {
            var first = at - history.PrefixLength.Value + 1;
            slices.Add(new Slice(history.Stream, first, first + left - 1, at));
            at += left;
        }

        return (slices, at);
    }

    /// <param name="Stream">The stream.</param>
    /// <param name="First">The first version.</param>
    /// <param name="Last">The last version.</param>
    /// <param name="At">The position of the first version.</param>
    private sealed record Slice(StreamName Stream, long First, long Last, long At);

    /// <param name="Next">Where the next page begins; after the last one the length of the history.</param>
    /// <param name="IsLast">Whether the end of the history was reached.</param>
    /// <param name="Rows">How many events it has.</param>
    /// <param name="Bytes">The size of their JSON.</param>
    /// <param name="Unmarked">How many own events come after the last mark.</param>
    private readonly record struct Page(Position Next, bool IsLast, int Rows, long Bytes, long Unmarked);
}
