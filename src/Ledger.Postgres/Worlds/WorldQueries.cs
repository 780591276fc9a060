using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Worlds;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Worlds;

/// <summary>The questions to the rows of worlds. Apart from the first, rows must reach the positions that are asked for.</summary>
internal sealed partial class WorldQueries(ConnectionSource connections, PostgresOptions options)
{
    /// <summary>How far the rows of a history reach, once none is missing that can be written.</summary>
    public async Task<WorldReach> ReachAsync(History history, Position? at, CancellationToken cancellationToken) =>
        (await ReachAsync("world_reach", history, at, _ => { }, _ => true, cancellationToken).ConfigureAwait(false)).Reach;

    /// <summary>How far they reach, and an object after that many events.</summary>
    public Task<(WorldReach Reach, WorldObject? Item)> FindObjectAsync(
        History history,
        string id,
        Position? at,
        CancellationToken cancellationToken) => ReachAsync(
            "world_object_at",
            history,
            at,
            command => command.WithText(id),
            reader => reader.IsDBNull(WorldReach.Columns)
                ? null
                : new WorldObject(id, reader.GetString(WorldReach.Columns), WorldRowReader.ReadProperties(reader, WorldReach.Columns + 1)),
            cancellationToken);

    /// <summary>How far they reach, and a relation after that many events.</summary>
    public Task<(WorldReach Reach, Relation? Item)> FindRelationAsync(
        History history,
        string id,
        Position? at,
        CancellationToken cancellationToken) => ReachAsync(
            "world_relation_at",
            history,
            at,
            command => command.WithText(id),
            reader => reader.IsDBNull(WorldReach.Columns) ? null : WorldRowReader.ReadRelation(reader, id, WorldReach.Columns),
            cancellationToken);

    /// <summary>How far the rows reach, and which of the given objects exist after that many events.</summary>
    public Task<(WorldReach Reach, string[] Present)> FindPresentAsync(
        History history,
        IReadOnlyCollection<string> ids,
        Position? at,
        CancellationToken cancellationToken) => ReachAsync(
            "world_present",
            history,
            at,
            command => command.With(ids.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text),
            reader => reader.GetFieldValue<string[]>(WorldReach.Columns),
            cancellationToken);

    /// <summary>The events that cannot be applied, up to where the rows reach.</summary>
    public Task<IReadOnlyList<SkippedEvent>> ReadFaultsAsync(History history, WorldReach reach, CancellationToken cancellationToken) => reach.HasFaults
        ? AskAsync(
            "world_faults",
            history,
            command => command.With(reach.Position.Value, NpgsqlDbType.Bigint),
            async (reader, cancellationToken) =>
            {
                var skipped = new List<SkippedEvent>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    skipped.Add(WorldRowReader.ReadFault(reader));
                }

                return (IReadOnlyList<SkippedEvent>)skipped;
            },
            cancellationToken)
        : Task.FromResult<IReadOnlyList<SkippedEvent>>([]);

    public async Task<World> ReadWorldAsync(History history, WorldReach reach, CancellationToken cancellationToken)
    {
        var faults = await ReadFaultsAsync(history, reach, cancellationToken).ConfigureAwait(false);
        return await ReadWorldAsync(history, reach, faults, cancellationToken).ConfigureAwait(false);
    }

    private Task<World> ReadWorldAsync(
        History history,
        WorldReach reach,
        IReadOnlyList<SkippedEvent> faults,
        CancellationToken cancellationToken) => AskAsync(
        "world_at",
        history,
        command => command.With(reach.Position.Value, NpgsqlDbType.Bigint),
        async (reader, cancellationToken) =>
        {
            var rows = new WorldRowReader(reader);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                rows.Add(reader.GetString(0), reader.GetString(1), 2);
            }

            return rows.ToWorld(reach.BudgetExhausted, reach.Position, faults);
        },
        cancellationToken);

    /// <summary>How far the rows of two histories reach, and what differs there; null unless they reach as far as was asked.</summary>
    public async Task<(WorldReach A, WorldReach B, WorldDiff? Diff)> DiffAsync(
        History a,
        Position? atA,
        History b,
        Position? atB,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await AskAsync(
                "world_diff",
                a,
                command => command
                    .With(atA?.Value, NpgsqlDbType.Bigint)
                    .WithText(b.Stream.Value)
                    .With(atB?.Value, NpgsqlDbType.Bigint)
                    .With(a.Root != b.Root, NpgsqlDbType.Boolean),
                (reader, cancellationToken) => ReadDiffAsync(reader, atA, atB, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            var lagging = new[] { (History: a, Reach: found.A), (History: b, Reach: found.B) }.Where(one => one.Reach is { Lags: true, CanCatchUp: true }).ToList();
            if (lagging.Count == 0)
            {
                return found;
            }

            foreach (var (history, _) in lagging)
            {
                await CatchUpAsync(history, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task<(WorldReach A, WorldReach B, WorldDiff? Diff)> ReadDiffAsync(
        NpgsqlDataReader reader, Position? atA, Position? atB, CancellationToken cancellationToken)
    {
        const int Kind = 2 * WorldReach.Columns;
        var (reachA, reachB) = (default(WorldReach), default(WorldReach));
        var (old, @new) = (new WorldRowReader(reader), new WorldRowReader(reader));
        var (skippedA, skippedB) = (new List<SkippedEvent>(), new List<SkippedEvent>());
        for (var isFirst = true; await reader.ReadAsync(cancellationToken).ConfigureAwait(false); isFirst = false)
        {
            if (isFirst)
            {
                (reachA, reachB) = (WorldReach.Read(reader), WorldReach.Read(reader, WorldReach.Columns));
            }

            switch (reader.IsDBNull(Kind) ? null : reader.GetString(Kind))
            {
                case null:
                    break;
                case "skipped_a":
                    skippedA.Add(WorldRowReader.ReadFault(reader, Kind + 10));
                    break;
                case "skipped_b":
                    skippedB.Add(WorldRowReader.ReadFault(reader, Kind + 10));
                    break;
                case var kind:
                    old.Add(kind, reader.GetString(Kind + 1), Kind + 2);
                    @new.Add(kind, reader.GetString(Kind + 1), Kind + 6);
                    break;
            }
        }

        // Objects that are the same in both worlds are not part of the comparison, and were not read.
        return (reachA, reachB, reachA.Covers(atA) is { } positionA && reachB.Covers(atB) is { } positionB
            ? WorldDiff.Between(old.ToWorld(false, positionA, skippedA), @new.ToWorld(false, positionB, skippedB))
            : null);
    }

    private Task<bool> CatchUpAsync(History history, CancellationToken cancellationToken) =>
        AskAsync("catch_up_world", history, _ => { }, (reader, cancelled) => reader.ReadAsync(cancelled), cancellationToken);

    private async Task<(WorldReach Reach, T Answer)> ReachAsync<T>(
        string sql,
        History history,
        Position? at,
        Action<NpgsqlCommand> addParameters,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await AskAsync(
                sql,
                history,
                command => addParameters(command.With(at?.Value, NpgsqlDbType.Bigint)),
                async (reader, cancellationToken) =>
                {
                    await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                    return (WorldReach.Read(reader), read(reader));
                },
                cancellationToken).ConfigureAwait(false);
            if (!found.Item1.Lags || !found.Item1.CanCatchUp)
            {
                return found;
            }

            await CatchUpAsync(history, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<T> AskAsync<T>(
        string sql,
        History history,
        Action<NpgsqlCommand> addParameters,
        Func<NpgsqlDataReader, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
    {
        return await connections.UseAsync<T>(
            async (lease, cancellationToken) =>
            {
                var command = Command(lease, sql, history);
                await using var __ = command.ConfigureAwait(false);
                addParameters(command);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                return await read(reader, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private NpgsqlCommand Command(ConnectionSource.Lease lease, string sql, History history) =>
        lease.CreateCommand(SqlText.Load(sql, options.Schemas), options.CommandTimeoutSeconds).WithText(history.Stream.Value);
}
