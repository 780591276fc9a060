using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Runs;
using NpgsqlTypes;

namespace Ledger.Postgres.Runs;

/// <summary>The events of calls by their index, in pages.</summary>
/// <param name="context">Where the events are.</param>
internal sealed class PostgresCallHistory(StoreContext context) : ICallHistory
{
    public async Task<Position> ReadCallsAsync(History history, Position from, Action<RecordedEvent> take, CancellationToken cancellationToken)
    {
        var size = default(PageSize);
        while (true)
        {
            var (next, isLast, rows, bytes) = await context.Reading.UseAsync(
                (lease, token) => ReadPageAsync(lease, history, from, size.Rows, take, token), cancellationToken).ConfigureAwait(false);
            if (isLast)
            {
                return next;
            }

            (from, size) = (next, size.After(rows, bytes));
        }
    }

    private async Task<(Position Next, bool IsLast, int Rows, long Bytes)> ReadPageAsync(
        ConnectionSource.Lease lease, History history, Position from, int most, Action<RecordedEvent> take, CancellationToken cancellationToken)
    {
        var slices = SlicesFrom(history, from);
        var command = context.Command(lease, "read_calls")
            .WithText(history.Stream.Value)
            .With(slices.ConvertAll(slice => slice.Stream.Value), NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(slices.ConvertAll(slice => slice.First), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(slices.ConvertAll(slice => slice.Last), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(most, NpgsqlDbType.Integer);
        await using var _ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var row = new EventRow(context.Options.Registry);
        var (rows, bytes, next, length) = (0, 0L, from, from);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            length = history.LengthAt(new StreamVersion(reader.GetInt64(10)));
            if (reader.IsDBNull(0))
            {
                break;
            }

            var slice = slices[(int)reader.GetInt64(0) - 1];
            var position = new Position(slice.At + EventRow.VersionOf(reader).Value - slice.First);
            var recorded = row.Read(reader, slice.Stream, position);
            take(recorded);
            rows++;
            bytes += recorded.Json.Length;
            next = new Position(position.Value + 1);
            if (bytes >= PageSize.MaxBytes)
            {
                return (next, false, rows, bytes);
            }
        }

        return rows == most ? (next, false, rows, bytes) : (length > from ? length : from, true, rows, bytes);
    }

    // The part of each stream that the history has from a position on, and the position of its first event; the own stream has no end.
    private static List<(StreamName Stream, long First, long Last, long At)> SlicesFrom(History history, Position from)
    {
        var slices = new List<(StreamName Stream, long First, long Last, long At)>();
        for (var at = from.Value; at < history.PrefixLength.Value;)
        {
            var (stream, version) = history.Locate(new Position(at));
            var last = history.Lineage.First(segment => segment.Stream == stream.Value).Taken;
            slices.Add((stream, version.Value, last, at));
            at += last - version.Value + 1;
        }

        var own = Math.Max(from.Value, history.PrefixLength.Value);
        slices.Add((history.Stream, own - history.PrefixLength.Value + 1, long.MaxValue, own));
        return slices;
    }
}
