using Ledger.Log;
using NpgsqlTypes;

namespace Ledger.Postgres.Log;

/// <summary>Finds streams and events by queries.</summary>
internal sealed partial class PostgresLogSearch(StoreContext context, StreamTable streamTable, BranchTable branches) : ILogSearch
{
    public Task<BranchPage> FindBranchesAsync(BranchQuery query, CancellationToken cancellationToken = default) => branches.FindBranchesAsync(query, cancellationToken);

    public async Task<StreamPage> FindStreamsAsync(StreamQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Checked();
        return await context.Reading.UseAsync<StreamPage>(
            async (lease, cancellationToken) =>
            {
                var found = await PlannedQuestion.AskAsync(
                    context,
                    lease,
                    PlannedQuestion.Uncompiled,
                    SqlText.Load("find_streams", context.Options.Schemas),
                    parameters => parameters
                        .WithText(query.Prefix)
                        .WithText(query.Text is null ? null : AsciiCase.Lower(query.Text))
                        .With<bool?>(query.State is { } state ? state == StreamState.Archived : null, NpgsqlDbType.Boolean)
                        .WithText(query.Order switch
                        {
                            StreamOrder.LatestFirst => "latest",
                            StreamOrder.LongestFirst => "longest",
                            _ => "name",
                        })
                        .With(query.Skip, NpgsqlDbType.Integer)
                        .With(query.Limit + 1, NpgsqlDbType.Integer)
                        .With(query.ActiveSince?.ToUniversalTime(), NpgsqlDbType.TimestampTz)
                        .With(query.ActiveUntil?.ToUniversalTime(), NpgsqlDbType.TimestampTz)
                        .WithText(query.After),
                    async reader =>
                    {
                        var streams = new List<StreamSummary>();
                        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                        {
                            streams.Add(new StreamSummary(StreamTable.Read(reader), reader.GetInt64(5)));
                        }

                        return streams;
                    },
                    cancellationToken).ConfigureAwait(false);
                return new StreamPage([.. found.Take(query.Limit)], found.Count > query.Limit);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<StreamInfo>> GetStreamsAsync(
        IReadOnlyCollection<StreamName> streams,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streams);
        return await context.Reading.UseAsync<IReadOnlyList<StreamInfo>>(
            async (lease, cancellationToken) =>
            {
                string[] names = [.. streams.Select(s => s.Value).Distinct(StringComparer.Ordinal)];
                var command = context.Command(lease, "get_streams").With(names, NpgsqlDbType.Array | NpgsqlDbType.Text);
                await using var __ = command.ConfigureAwait(false);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                var found = new List<StreamInfo>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    found.Add(StreamTable.Read(reader));
                }

                return found;
            },
            cancellationToken).ConfigureAwait(false);
    }

    // A page ends early where its events are large: after some megabytes of data.
    public async Task<EventPage> FindEventsAsync(
        History history,
        EventQuery query,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(query);
        var match = new EventMatch(query.Checked());
        var info = await streamTable.GetStreamAsync(history.Stream, cancellationToken).ConfigureAwait(false);
        var length = history.LengthAt(info?.Version ?? StreamVersion.Empty).Value;
        var end = Math.Min(query.To?.Value ?? long.MaxValue, length);
        var reach = Math.Min(end, query.From.Value + query.Reach);
        if (query.From.Value >= reach)
        {
            return new EventPage([], query.From, IsLast: true);
        }

        return await context.Reading.UseAsync<EventPage>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "search_events");
                await using var __ = command.ConfigureAwait(false);
                new HistoryPage(history, query.From.Value, reach - query.From.Value, keepsPositions: true).AddParameters(command);
                command.Parameters.WithTexts(match.Types).WithTexts(match.Prefixes).WithText(query.Actor).WithText(match.Text)
                    .With(query.Limit, NpgsqlDbType.Integer)
                    .WithText(query.CallId);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                return await ReadFoundAsync(reader, history, query, reach, end, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<EventCounts> CountEventsAsync(
        History history,
        Position from,
        Position to,
        int slices,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        var positions = new CountedPositions(from, to, slices);
        var (streams, versions) = (new string[positions.Length], new long[positions.Length]);
        var sliceOf = new int[positions.Length];
        for (var i = 0; i < positions.Length; i++)
        {
            var (stream, version) = history.Locate(new Position(positions[i]));
            (streams[i], versions[i], sliceOf[i]) = (stream.Value, version.Value, positions.SliceOf(positions[i]));
        }

        return await context.Reading.UseAsync<EventCounts>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "count_events")
                    .With(streams, NpgsqlDbType.Array | NpgsqlDbType.Text)
                    .With(versions, NpgsqlDbType.Array | NpgsqlDbType.Bigint)
                    .With(sliceOf, NpgsqlDbType.Array | NpgsqlDbType.Integer);
                await using var __ = command.ConfigureAwait(false);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                var counts = new List<EventCount>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    counts.Add(new EventCount(
                        reader.GetInt32(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetInt64(3)));
                }

                return new EventCounts(counts, counts.Sum(c => c.Count), positions.IsSampled);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<Position> FindPositionAsync(History history, DateTimeOffset time, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        return await context.Reading.UseAsync<Position>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "position_at")
                    .WithText(history.Stream.Value)
                    .With(time.ToUniversalTime(), NpgsqlDbType.TimestampTz);
                await using var __ = command.ConfigureAwait(false);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? new Position(reader.GetInt64(0)) : default;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<EventPage> ReadFoundAsync(
        Npgsql.NpgsqlDataReader reader,
        History history,
        EventQuery query,
        long reach,
        long end,
        CancellationToken cancellationToken)
    {
        var row = new EventRow(context.Options.Registry);
        var found = new List<RecordedEvent>();
        var bytes = 0L;
        // A slice of the page is a segment of the lineage: the ordinal counts from the one that the page begins in.
        var first = SegmentAt(history, query.From);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var segment = first + (int)reader.GetInt64(0) - 1;
            var stream = segment < history.Lineage.Count ? new StreamName(history.Lineage[segment].Stream) : history.Stream;
            var recorded = row.Read(reader, stream, history.PositionOf(stream, EventRow.VersionOf(reader)));
            found.Add(recorded);
            bytes += recorded.Json.Length;
            if (found.Count == query.Limit || bytes >= PageSize.MaxBytes)
            {
                var next = recorded.Position!.Value.Value + 1;
                return new EventPage(found, new Position(next), IsLast: next >= end);
            }
        }

        return new EventPage(found, new Position(reach), IsLast: reach >= end);
    }

    private static int SegmentAt(History history, Position position)
    {
        var (stream, _) = history.Locate(position);
        for (var i = 0; i < history.Lineage.Count; i++)
        {
            if (history.Lineage[i].Stream == stream.Value)
            {
                return i;
            }
        }

        return history.Lineage.Count;
    }
}
