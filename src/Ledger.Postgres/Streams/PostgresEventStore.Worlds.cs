using Ledger.Branches;
using Ledger.Postgres.Worlds;
using Ledger.Runs;
using Ledger.Streams;
using Ledger.Worlds;
using NpgsqlTypes;

namespace Ledger.Postgres.Streams;

public sealed partial class PostgresEventStore
{
    /// <inheritdoc/>
    public bool KeepsRows => _options.WorldRows == WorldRows.Inline;

    /// <inheritdoc/>
    /// <remarks>Rows that other writers left out are written first, a page of events a transaction.</remarks>
    public async Task<World> GetWorldAsync(History history, Position? at = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (_options.WorldRows == WorldRows.Off)
        {
            return await new FoldingWorldReader(this).GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false);
        }

        var reach = await ReachAsync(history, at, cancellationToken).ConfigureAwait(false);
        var world = await ReadWorldAsync(history, reach, cancellationToken).ConfigureAwait(false);
        var wanted = at is { } position && position < reach.Length ? position : reach.Length;
        if (reach.Position < wanted)
        {
            var fold = new WorldFold(world);
            var rest = ReadHistoryAsync(history, reach.Position, wanted, cancellationToken);
            await foreach (var recorded in rest.ConfigureAwait(false))
            {
                fold.Apply(recorded);
            }

            world = fold.ToWorld();
        }

        return at > reach.Length ? throw new PositionOutOfRangeException(history.Stream, at.Value, reach.Length) : world;
    }

    /// <inheritdoc/>
    public async Task<WorldObject?> FindObjectAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(id);
        if (_options.WorldRows == WorldRows.Inline)
        {
            var reach = await ReachAsync(history, at, cancellationToken).ConfigureAwait(false);
            if (reach.Position == (at ?? reach.Length))
            {
                return await ReadObjectAsync(history, id, reach.Position, cancellationToken).ConfigureAwait(false);
            }
        }

        var world = await GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false);
        return world.FindObject(id);
    }

    /// <inheritdoc/>
    public async Task<WorldDiff> DiffAsync(
        History a,
        Position? atA,
        History b,
        Position? atB,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (_options.WorldRows == WorldRows.Inline && a.Root == b.Root)
        {
            var reachA = await ReachAsync(a, atA, cancellationToken).ConfigureAwait(false);
            var reachB = await ReachAsync(b, atB, cancellationToken).ConfigureAwait(false);
            if (reachA.Position == (atA ?? reachA.Length) && reachB.Position == (atB ?? reachB.Length))
            {
                return await ReadDiffAsync(a, reachA.Position, b, reachB.Position, cancellationToken).ConfigureAwait(false);
            }
        }

        return WorldDiff.Between(
            await GetWorldAsync(a, atA, cancellationToken).ConfigureAwait(false),
            await GetWorldAsync(b, atB, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>How far the rows of a history reach, once none is missing.</summary>
    private async Task<WorldReach> ReachAsync(History history, Position? at, CancellationToken cancellationToken)
    {
        var lease = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = lease.ConfigureAwait(false);
        while (true)
        {
            var command = Command(lease, "world_reach").WithText(history.Stream.Value).With(at?.Value, NpgsqlDbType.Bigint);
            await using var __ = command.ConfigureAwait(false);
            await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
            var reach = await WorldReach.ReadAsync(command, cancellationToken).ConfigureAwait(false);
            if (!reach.Lags)
            {
                return reach;
            }

            var catchUp = Command(lease, "catch_up_world").WithText(history.Stream.Value);
            await using var ___ = catchUp.ConfigureAwait(false);
            await catchUp.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<World> ReadWorldAsync(History history, WorldReach reach, CancellationToken cancellationToken)
    {
        var lease = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = lease.ConfigureAwait(false);
        var command = Command(lease, "world_at").WithText(history.Stream.Value).With(reach.Position.Value, NpgsqlDbType.Bigint);
        await using var __ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = reader.ConfigureAwait(false);
        var rows = new WorldRowReader(reader);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(reader.GetString(0), reader.GetString(1), 2);
        }

        return rows.ToWorld(reach.BudgetExhausted, reach.Position);
    }

    private async Task<WorldObject?> ReadObjectAsync(History history, string id, Position at, CancellationToken cancellationToken)
    {
        var lease = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = lease.ConfigureAwait(false);
        var command = Command(lease, "world_object_at")
            .WithText(history.Stream.Value)
            .WithText(id)
            .With(at.Value, NpgsqlDbType.Bigint);
        await using var __ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = reader.ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? new WorldObject(id, reader.GetString(0), WorldRowReader.ReadProperties(reader, 1))
            : null;
    }

    private async Task<WorldDiff> ReadDiffAsync(History a, Position atA, History b, Position atB, CancellationToken cancellationToken)
    {
        var lease = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = lease.ConfigureAwait(false);
        var command = Command(lease, "world_diff")
            .WithText(a.Stream.Value)
            .With(atA.Value, NpgsqlDbType.Bigint)
            .WithText(b.Stream.Value)
            .With(atB.Value, NpgsqlDbType.Bigint);
        await using var __ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = reader.ConfigureAwait(false);
        var (old, @new) = (new WorldRowReader(reader), new WorldRowReader(reader));
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var (kind, id) = (reader.GetString(0), reader.GetString(1));
            old.Add(kind, id, 2);
            @new.Add(kind, id, 6);
        }

        // What is the same in both worlds does not show in their comparison, and was not read.
        return WorldDiff.Between(old.ToWorld(false, atA), @new.ToWorld(false, atB));
    }
}
