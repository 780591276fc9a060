using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Worlds;

namespace Ledger.Postgres.Worlds;

/// <summary>Answers from rows, and by folding what rows do not reach.</summary>
/// <param name="context">Where the rows are.</param>
/// <param name="store">Where the events are.</param>
internal sealed partial class PostgresWorldReader(StoreContext context, IEventStore store) : IWorldReader
{
    private readonly WorldQueries _rows = new(context.Reading, context.Options);

    // Answers everything that rows do not.
    private readonly FoldingWorldReader _folding = new(store);

    // Rows that other writers left out are written first, a page of events a transaction; if nothing can be written, the history is folded.
    public async Task<World> GetWorldAsync(History history, Position? at = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        var reach = await _rows.ReachAsync(history, at, cancellationToken).ConfigureAwait(false);
        if (reach.Lags)
        {
            return await _folding.GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false);
        }

        var world = await _rows.ReadWorldAsync(history, reach, cancellationToken).ConfigureAwait(false);
        var wanted = at is { } position && position < reach.Length ? position : reach.Length;
        if (reach.Position < wanted)
        {
            var fold = new WorldFold(world);
            var rest = store.ReadHistoryAsync(history, reach.Position, wanted, cancellationToken);
            await foreach (var recorded in rest.ConfigureAwait(false))
            {
                fold.Apply(recorded);
            }

            world = fold.ToWorld();
        }

        return at > reach.Length ? throw new PositionOutOfRangeException(history.Stream, at.Value, reach.Length) : world;
    }

    public async Task<IReadOnlyList<SkippedEvent>> GetFaultsAsync(
        History history,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        var reach = await _rows.ReachAsync(history, at, cancellationToken).ConfigureAwait(false);
        if (Covered(reach, history, at) is not null)
        {
            return await _rows.ReadFaultsAsync(history, reach, cancellationToken).ConfigureAwait(false);
        }

        return await _folding.GetFaultsAsync(history, at, cancellationToken).ConfigureAwait(false);
    }

    public async Task<PresentObjects> FindPresentAsync(
        History history,
        IReadOnlyCollection<string> ids,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(ids);
        var (reach, present) = await _rows.FindPresentAsync(history, ids, at, cancellationToken).ConfigureAwait(false);
        if (Covered(reach, history, at) is { } position)
        {
            return new PresentObjects(position, present.ToHashSet(StringComparer.Ordinal));
        }

        return await _folding.FindPresentAsync(history, ids, at, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> IsBudgetExhaustedAsync(History history, Position? at = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        var reach = await _rows.ReachAsync(history, at, cancellationToken).ConfigureAwait(false);
        if (Covered(reach, history, at) is not null)
        {
            return reach.BudgetExhausted;
        }

        return await _folding.IsBudgetExhaustedAsync(history, at, cancellationToken).ConfigureAwait(false);
    }

    public async Task<WorldObject?> FindObjectAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(id);
        var (reach, found) = await _rows.FindObjectAsync(history, id, at, cancellationToken).ConfigureAwait(false);
        if (Covered(reach, history, at) is not null)
        {
            return found;
        }

        return await _folding.FindObjectAsync(history, id, at, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Relation?> FindRelationAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(id);
        var (reach, found) = await _rows.FindRelationAsync(history, id, at, cancellationToken).ConfigureAwait(false);
        if (Covered(reach, history, at) is not null)
        {
            return found;
        }

        return await _folding.FindRelationAsync(history, id, at, cancellationToken).ConfigureAwait(false);
    }

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
            ? await _rows.ReadNeighbourhoodAsync(history, objectId, depth, position, cancellationToken).ConfigureAwait(false)
            : await _folding.GetNeighbourhoodAsync(history, objectId, depth, at, cancellationToken).ConfigureAwait(false);
    }

    public async Task<WorldDiff> DiffAsync(
        History a,
        Position? atA,
        History b,
        Position? atB,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var (reachA, reachB, diff) = await _rows.DiffAsync(a, atA, b, atB, cancellationToken).ConfigureAwait(false);
        return Covered(reachA, a, atA) is not null && Covered(reachB, b, atB) is not null
            ? diff!
            : WorldDiff.Between(
                await GetWorldAsync(a, atA, cancellationToken).ConfigureAwait(false),
                await GetWorldAsync(b, atB, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The requested position, if rows cover it: none is missing, and no id before it is too long for them.</summary>
    private async Task<Position?> CoveredAsync(History history, Position? at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(history);
        return Covered(await _rows.ReachAsync(history, at, cancellationToken).ConfigureAwait(false), history, at);
    }

    /// <exception cref="PositionOutOfRangeException">The rows cover the whole history, and a later position was requested.</exception>
    private static Position? Covered(WorldReach reach, History history, Position? at) =>
        at > reach.Length && reach.Position == reach.Length && !reach.Lags
            ? throw new PositionOutOfRangeException(history.Stream, at.Value, reach.Length)
            : reach.Covers(at);
}
