using Ledger.Log;
using Ledger.Postgres.Worlds;
using Ledger.Worlds;

namespace Ledger.Postgres;

public sealed partial class PostgresEventStore
{
    private bool KeepsRows => _options.WorldRows == WorldRows.Inline;

    private WorldQueries Worlds => new(_connections, _options);

    // Gives every answer that rows do not.
    private FoldingWorldReader Folding => new(this);

    /// <inheritdoc/>
    /// <remarks>Rows that other writers left out are written first, a page of events a transaction; where nothing can be written, the history is folded.</remarks>
    public async Task<World> GetWorldAsync(History history, Position? at = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (!KeepsRows)
        {
            return await Folding.GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false);
        }

        var reach = await Worlds.ReachAsync(history, at, cancellationToken).ConfigureAwait(false);
        if (reach.Lags)
        {
            return await Folding.GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false);
        }

        var world = await Worlds.ReadWorldAsync(history, reach, cancellationToken).ConfigureAwait(false);
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
    public async Task<IReadOnlyList<SkippedEvent>> GetFaultsAsync(
        History history,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (KeepsRows)
        {
            var reach = await Worlds.ReachAsync(history, at, cancellationToken).ConfigureAwait(false);
            if (Covered(reach, history, at) is not null)
            {
                return await Worlds.ReadFaultsAsync(history, reach, cancellationToken).ConfigureAwait(false);
            }
        }

        return await Folding.GetFaultsAsync(history, at, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<PresentObjects> FindPresentAsync(
        History history,
        IReadOnlyCollection<string> ids,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(ids);
        if (KeepsRows)
        {
            var (reach, present) = await Worlds.FindPresentAsync(history, ids, at, cancellationToken).ConfigureAwait(false);
            if (Covered(reach, history, at) is { } position)
            {
                return new PresentObjects(position, present.ToHashSet(StringComparer.Ordinal));
            }
        }

        return await Folding.FindPresentAsync(history, ids, at, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<bool> IsBudgetExhaustedAsync(History history, Position? at = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (KeepsRows)
        {
            var reach = await Worlds.ReachAsync(history, at, cancellationToken).ConfigureAwait(false);
            if (Covered(reach, history, at) is not null)
            {
                return reach.BudgetExhausted;
            }
        }

        return await Folding.IsBudgetExhaustedAsync(history, at, cancellationToken).ConfigureAwait(false);
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
        if (KeepsRows)
        {
            var (reach, found) = await Worlds.FindObjectAsync(history, id, at, cancellationToken).ConfigureAwait(false);
            if (Covered(reach, history, at) is not null)
            {
                return found;
            }
        }

        return await Folding.FindObjectAsync(history, id, at, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<Relation?> FindRelationAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(id);
        if (KeepsRows)
        {
            var (reach, found) = await Worlds.FindRelationAsync(history, id, at, cancellationToken).ConfigureAwait(false);
            if (Covered(reach, history, at) is not null)
            {
                return found;
            }
        }

        return await Folding.FindRelationAsync(history, id, at, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<Neighbourhood> GetNeighbourhoodAsync(
        History history,
        string objectId,
        int depth,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(objectId);
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        return await CoveredAsync(history, at, cancellationToken).ConfigureAwait(false) is { } position
            ? await Worlds.ReadNeighbourhoodAsync(history, objectId, depth, position, cancellationToken).ConfigureAwait(false)
            : await Folding.GetNeighbourhoodAsync(history, objectId, depth, at, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<Position> FindPositionAsync(History history, DateTimeOffset time, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        return Worlds.FindPositionAsync(history, time, cancellationToken);
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
        return a.Root == b.Root
            && await CoveredAsync(a, atA, cancellationToken).ConfigureAwait(false) is { } positionA
            && await CoveredAsync(b, atB, cancellationToken).ConfigureAwait(false) is { } positionB
            ? await Worlds.ReadDiffAsync(a, positionA, b, positionB, cancellationToken).ConfigureAwait(false)
            : WorldDiff.Between(
                await GetWorldAsync(a, atA, cancellationToken).ConfigureAwait(false),
                await GetWorldAsync(b, atB, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The position that is asked for, if rows stand for it: none is missing, and no id before it is too long for them.</summary>
    private async Task<Position?> CoveredAsync(History history, Position? at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(history);
        return KeepsRows ? Covered(await Worlds.ReachAsync(history, at, cancellationToken).ConfigureAwait(false), history, at) : null;
    }

    /// <exception cref="PositionOutOfRangeException">The rows stand for all that there is, and more was asked for.</exception>
    private static Position? Covered(WorldReach reach, History history, Position? at) =>
        at > reach.Length && reach.Position == reach.Length && !reach.Lags
            ? throw new PositionOutOfRangeException(history.Stream, at.Value, reach.Length)
            : reach.Covers(at);
}
