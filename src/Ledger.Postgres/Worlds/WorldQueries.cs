using System.Runtime.InteropServices;
using System.Text.Json;
using Ledger.Branches;
using Ledger.Events;
using Ledger.Postgres.Streams;
using Ledger.Streams;
using Ledger.Worlds;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Worlds;

/// <summary>The questions to the rows of worlds. Apart from the first, rows must reach the positions that are asked for.</summary>
internal sealed class WorldQueries(ConnectionSource connections, PostgresOptions options)
{
    /// <summary>How many objects or relations a page has at least, unless it is the last.</summary>
    public const int PageRows = 1_000;

    /// <summary>How far the rows of a history reach, once none is missing that can be written.</summary>
    public async Task<WorldReach> ReachAsync(History history, Position? at, CancellationToken cancellationToken)
    {
        var lease = await connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = lease.ConfigureAwait(false);
        while (true)
        {
            var command = Command(lease, "world_reach", history).With(at?.Value, NpgsqlDbType.Bigint);
            await using var __ = command.ConfigureAwait(false);
            await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
            var reach = await WorldReach.ReadAsync(command, cancellationToken).ConfigureAwait(false);
            if (!reach.Lags || !reach.CanCatchUp)
            {
                return reach;
            }

            var catchUp = Command(lease, "catch_up_world", history);
            await using var ___ = catchUp.ConfigureAwait(false);
            await catchUp.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public Task<World> ReadWorldAsync(History history, WorldReach reach, CancellationToken cancellationToken) => AskAsync(
        "world_at",
        history,
        command => command.With(reach.Position.Value, NpgsqlDbType.Bigint),
        async reader =>
        {
            var rows = new WorldRowReader(reader);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                rows.Add(reader.GetString(0), reader.GetString(1), 2);
            }

            return rows.ToWorld(reach.BudgetExhausted, reach.Position);
        },
        cancellationToken);

    public Task<WorldObject?> FindObjectAsync(History history, string id, Position at, CancellationToken cancellationToken) => AskAsync(
        "world_object_at",
        history,
        command => command.WithText(id).With(at.Value, NpgsqlDbType.Bigint),
        async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? new WorldObject(id, reader.GetString(0), WorldRowReader.ReadProperties(reader, 1))
            : null,
        cancellationToken);

    public Task<Relation?> FindRelationAsync(History history, string id, Position at, CancellationToken cancellationToken) => AskAsync(
        "world_relation_at",
        history,
        command => command.WithText(id).With(at.Value, NpgsqlDbType.Bigint),
        async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? WorldRowReader.ReadRelation(reader, id, 0)
            : null,
        cancellationToken);

    /// <summary>A page of objects behind an id; fewer than <see cref="PageRows"/> are the last.</summary>
    public Task<List<WorldObject>> ReadObjectsAsync(
        History history,
        ObjectFilter filter,
        Position at,
        string? after,
        CancellationToken cancellationToken) => AskAsync(
            "world_objects",
            history,
            command => command
                .With(at.Value, NpgsqlDbType.Bigint)
                .WithText(filter.Type)
                .WithJson(filter.Contains.ValueKind == JsonValueKind.Undefined ? default : JsonMarshal.GetRawUtf8Value(filter.Contains).ToArray())
                .WithText(after)
                .With(PageRows, NpgsqlDbType.Integer),
            async reader =>
            {
                var page = new List<WorldObject>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    page.Add(new WorldObject(reader.GetString(0), reader.GetString(1), WorldRowReader.ReadProperties(reader, 2)));
                }

                return page;
            },
            cancellationToken);

    /// <summary>A page of relations behind an id; fewer than <see cref="PageRows"/> are the last.</summary>
    public Task<List<Relation>> ReadRelationsAsync(
        History history,
        RelationFilter filter,
        Position at,
        string? after,
        CancellationToken cancellationToken) => AskAsync(
            "world_relations",
            history,
            command => command
                .With(at.Value, NpgsqlDbType.Bigint)
                .WithText(filter.Type)
                .WithText(filter.ObjectId)
                .WithText(filter.Direction switch
                {
                    RelationDirection.Outgoing => "out",
                    RelationDirection.Incoming => "in",
                    _ => "any",
                })
                .WithText(after)
                .With(PageRows, NpgsqlDbType.Integer),
            async reader =>
            {
                var page = new List<Relation>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    page.Add(WorldRowReader.ReadRelation(reader, reader.GetString(0), 1));
                }

                return page;
            },
            cancellationToken);

    public Task<Neighbourhood> ReadNeighbourhoodAsync(
        History history,
        string objectId,
        int depth,
        Position at,
        CancellationToken cancellationToken) => AskAsync(
            "world_neighbours",
            history,
            command => command.With(at.Value, NpgsqlDbType.Bigint).WithText(objectId).With(depth, NpgsqlDbType.Integer),
            async reader =>
            {
                var (objects, relations) = (new List<Neighbour>(), new List<Relation>());
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    var id = reader.GetString(2);
                    if (reader.GetString(0) == "object")
                    {
                        var item = reader.IsDBNull(3) ? null : new WorldObject(id, reader.GetString(3), WorldRowReader.ReadProperties(reader, 6));
                        objects.Add(new Neighbour(id, reader.GetInt32(1), item));
                    }
                    else
                    {
                        relations.Add(WorldRowReader.ReadRelation(reader, id, 3));
                    }
                }

                relations.Sort((a, b) => Json.CodePointComparer.Instance.Compare(a.Id, b.Id));
                return new Neighbourhood(objectId, depth, at, objects, relations);
            },
            cancellationToken);

    /// <summary>The events that made and changed one thing.</summary>
    /// <param name="sql">Of objects or of relations.</param>
    /// <param name="history">Whose events.</param>
    /// <param name="id">The id.</param>
    /// <param name="at">How many events to look at.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<List<RecordedEvent>> ReadEventsAsync(
        string sql,
        History history,
        string id,
        Position at,
        CancellationToken cancellationToken) => AskAsync(
            sql,
            history,
            command => command.WithText(id).With(at.Value, NpgsqlDbType.Bigint),
            async reader =>
            {
                var (events, row) = (new List<RecordedEvent>(), new EventRow(options.Registry));
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    events.Add(row.Read(reader, new StreamName(reader.GetString(10)), new Position(reader.GetInt64(0))));
                }

                return events;
            },
            cancellationToken);

    public Task<WorldDiff> ReadDiffAsync(History a, Position atA, History b, Position atB, CancellationToken cancellationToken) => AskAsync(
        "world_diff",
        a,
        command => command
            .With(atA.Value, NpgsqlDbType.Bigint)
            .WithText(b.Stream.Value)
            .With(atB.Value, NpgsqlDbType.Bigint),
        async reader =>
        {
            var (old, @new) = (new WorldRowReader(reader), new WorldRowReader(reader));
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var (kind, id) = (reader.GetString(0), reader.GetString(1));
                old.Add(kind, id, 2);
                @new.Add(kind, id, 6);
            }

            // What is the same in both worlds does not show in their comparison, and was not read.
            return WorldDiff.Between(old.ToWorld(false, atA), @new.ToWorld(false, atB));
        },
        cancellationToken);

    public async Task<Position> FindPositionAsync(History history, DateTimeOffset time, CancellationToken cancellationToken) => await AskAsync(
        "position_at",
        history,
        command => command.With(time.ToUniversalTime(), NpgsqlDbType.TimestampTz),
        async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? new Position(reader.GetInt64(0)) : default,
        cancellationToken).ConfigureAwait(false);

    private async Task<T> AskAsync<T>(
        string sql,
        History history,
        Action<NpgsqlCommand> addParameters,
        Func<NpgsqlDataReader, Task<T>> read,
        CancellationToken cancellationToken)
    {
        var lease = await connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = lease.ConfigureAwait(false);
        var command = Command(lease, sql, history);
        await using var __ = command.ConfigureAwait(false);
        addParameters(command);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = reader.ConfigureAwait(false);
        return await read(reader).ConfigureAwait(false);
    }

    private NpgsqlCommand Command(ConnectionSource.Lease lease, string sql, History history) =>
        lease.CreateCommand(SqlText.Load(sql, options.Schemas), options.CommandTimeoutSeconds).WithText(history.Stream.Value);
}
