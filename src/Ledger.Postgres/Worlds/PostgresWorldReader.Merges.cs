using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Postgres.Worlds;

/// <content>What a merge asks.</content>
internal sealed partial class PostgresWorldReader : IMergeReader
{
    public async Task<WorldDiff?> FindDiffAsync(History a, Position atA, History b, Position atB, CancellationToken cancellationToken)
    {
        var (reachA, reachB, diff) = await _rows.DiffAsync(a, atA, b, atB, cancellationToken).ConfigureAwait(false);
        return Covered(reachA, a, atA) is not null && Covered(reachB, b, atB) is not null ? diff : null;
    }

    public async Task<EntitySet?> FindEntitiesAsync(History history, EntityQuery query, Position at, CancellationToken cancellationToken)
    {
        var (reach, found) = await _rows.FindEntitiesAsync(history, query, at, cancellationToken).ConfigureAwait(false);
        return Covered(reach, history, at) is null ? null : found;
    }

    public async Task<IReadOnlyList<RecordedEvent>?> FindChangesAsync(
        History history,
        EntityQuery query,
        Position from,
        Position to,
        CancellationToken cancellationToken)
    {
        var (reach, found) = await _rows.FindChangesAsync(history, query, from, to, cancellationToken).ConfigureAwait(false);
        return Covered(reach, history, to) is null ? null : found;
    }
}
