using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Marten.Sessions;

/// <summary>What a merge asks in a session with unsaved events: rows do not reach as far as the histories that have some.</summary>
internal sealed class SessionMerges(IMergeReader rows, Func<History, bool> hasUnsaved) : IMergeReader
{
    public Task<WorldDiff?> FindDiffAsync(History a, Position atA, History b, Position atB, CancellationToken cancellationToken) =>
        hasUnsaved(a) || hasUnsaved(b) ? Task.FromResult<WorldDiff?>(null) : rows.FindDiffAsync(a, atA, b, atB, cancellationToken);

    public Task<EntitySet?> FindEntitiesAsync(History history, EntityQuery query, Position at, CancellationToken cancellationToken) =>
        hasUnsaved(history) ? Task.FromResult<EntitySet?>(null) : rows.FindEntitiesAsync(history, query, at, cancellationToken);

    public Task<IReadOnlyList<RecordedEvent>?> FindChangesAsync(
        History history, EntityQuery query, Position from, Position to, CancellationToken cancellationToken) =>
        hasUnsaved(history)
            ? Task.FromResult<IReadOnlyList<RecordedEvent>?>(null)
            : rows.FindChangesAsync(history, query, from, to, cancellationToken);
}
