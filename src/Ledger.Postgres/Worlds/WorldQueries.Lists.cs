using System.Runtime.InteropServices;
using System.Text.Json;
using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Worlds;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Worlds;

internal sealed partial class WorldQueries
{
    /// <summary>How many objects or relations a page has at least, unless it is the last.</summary>
    public const int PageRows = 1_000;

    /// <summary>A page of objects after an id; fewer than <see cref="PageRows"/> mean the last page.</summary>
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
            async (reader, cancellationToken) =>
            {
                var page = new List<WorldObject>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    page.Add(new WorldObject(reader.GetString(0), reader.GetString(1), WorldRowReader.ReadProperties(reader, 2)));
                }

                return page;
            },
            cancellationToken);

    /// <summary>A page of relations after an id; fewer than <see cref="PageRows"/> mean the last page.</summary>
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
            async (reader, cancellationToken) =>
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
            async (reader, cancellationToken) =>
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
    /// <param name="from">The position of the first event to look at.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<List<RecordedEvent>> ReadEventsAsync(
        string sql,
        History history,
        string id,
        Position at,
        Position from,
        CancellationToken cancellationToken) => AskAsync(
            sql,
            history,
            command => command.WithText(id).With(at.Value, NpgsqlDbType.Bigint).With(from.Value, NpgsqlDbType.Bigint).With(PageRows, NpgsqlDbType.Integer),
            ReadAsync,
            cancellationToken);

    /// <summary>The last of the events that made and changed one object, in order.</summary>
    /// <param name="history">Whose events.</param>
    /// <param name="id">The id.</param>
    /// <param name="at">How many events to look at.</param>
    /// <param name="most">How many events to return.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<List<RecordedEvent>> ReadLastEventsAsync(History history, string id, Position at, int most, CancellationToken cancellationToken) => AskAsync(
        "world_object_last_events",
        history,
        command => command.WithText(id).With(at.Value, NpgsqlDbType.Bigint).With(most, NpgsqlDbType.Integer),
        ReadAsync,
        cancellationToken);

    private async Task<List<RecordedEvent>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var (events, row) = (new List<RecordedEvent>(), new EventRow(options.Registry));
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            events.Add(row.Read(reader, new StreamName(reader.GetString(10)), new Position(reader.GetInt64(0))));
        }

        return events;
    }
}
