using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Worlds;
using NpgsqlTypes;

namespace Ledger.Postgres.Worlds;

internal sealed partial class WorldQueries
{
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;

    /// <summary>How far the rows reach, and some objects and relations after that many events.</summary>
    public async Task<(WorldReach Reach, EntitySet Found)> FindEntitiesAsync(
        History history,
        EntityQuery query,
        Position at,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await AskAsync(
                "world_entities",
                history,
                command => command
                    .With(at.Value, NpgsqlDbType.Bigint)
                    .With(query.Objects.ToArray(), Texts)
                    .With(query.Relations.ToArray(), Texts)
                    .With(query.Ends.ToArray(), Texts),
                async (reader, cancellationToken) =>
                {
                    var (reach, rows) = (default(WorldReach), new WorldRowReader(reader));
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        reach = WorldReach.Read(reader);
                        if (!reader.IsDBNull(WorldReach.Columns))
                        {
                            rows.Add(reader.GetString(WorldReach.Columns), reader.GetString(WorldReach.Columns + 1), WorldReach.Columns + 2);
                        }
                    }

                    return (Reach: reach, World: rows.ToWorld(false, at, []));
                },
                cancellationToken).ConfigureAwait(false);
            if (!found.Reach.Lags || !found.Reach.CanCatchUp)
            {
                return (found.Reach, MergeReader.Find(found.World, query));
            }

            await CatchUpAsync(history, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>How far the rows reach, and the events of a part of a history that made, changed and removed some objects and relations.</summary>
    public async Task<(WorldReach Reach, List<RecordedEvent> Found)> FindChangesAsync(
        History history,
        EntityQuery query,
        Position from,
        Position to,
        CancellationToken cancellationToken)
    {
        const int Stream = 10;
        while (true)
        {
            var found = await AskAsync(
                "world_changes",
                history,
                command => command
                    .With(from.Value, NpgsqlDbType.Bigint)
                    .With(to.Value, NpgsqlDbType.Bigint)
                    .With(query.Objects.ToArray(), Texts)
                    .With(query.Relations.ToArray(), Texts),
                async (reader, cancellationToken) =>
                {
                    var (reach, events, row) = (default(WorldReach), new List<RecordedEvent>(), new EventRow(options.Registry));
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        reach = WorldReach.Read(reader, Stream + 1);
                        if (!reader.IsDBNull(0))
                        {
                            events.Add(row.Read(reader, new StreamName(reader.GetString(Stream)), new Position(reader.GetInt64(0))));
                        }
                    }

                    return (Reach: reach, Events: events);
                },
                cancellationToken).ConfigureAwait(false);
            if (!found.Reach.Lags || !found.Reach.CanCatchUp)
            {
                return found;
            }

            await CatchUpAsync(history, cancellationToken).ConfigureAwait(false);
        }
    }
}
