using System.Runtime.CompilerServices;
using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Postgres.Worlds;

/// <content>What a merge asks.</content>
internal sealed partial class PostgresWorldReader : IMergeReader
{
    public async Task<EntitySet> FindEntitiesAsync(History history, EntityQuery query, Position at, CancellationToken cancellationToken)
    {
        var (reach, found) = await _rows.FindEntitiesAsync(history, query, at, cancellationToken).ConfigureAwait(false);
        return Covered(reach, history, at) is not null
            ? found
            : FoldingMergeReader.Find(await GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false), query);
    }

    public async IAsyncEnumerable<RecordedEvent> ReadChangesAsync(
        History history,
        EntityQuery query,
        Position from,
        Position to,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var changes = await CoveredAsync(history, to, cancellationToken).ConfigureAwait(false) is null
            ? store.ReadHistoryAsync(history, from, to, cancellationToken)
            : (await _rows.ReadChangesAsync(history, query, from, to, cancellationToken).ConfigureAwait(false)).ToAsyncEnumerable();
        await foreach (var recorded in changes.ConfigureAwait(false))
        {
            yield return recorded;
        }
    }
}
