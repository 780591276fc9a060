using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>What a merge asks about worlds: a capability of an engine that answers from rows, at the cost of the answer.</summary>
internal interface IMergeReader
{
    /// <summary>Compares two worlds; what is the same in both is not read.</summary>
    Task<WorldDiff> DiffAsync(History a, Position? atA, History b, Position? atB, CancellationToken cancellationToken);

    /// <summary>Finds some objects and relations of a world.</summary>
    Task<EntitySet> FindEntitiesAsync(History history, EntityQuery query, Position at, CancellationToken cancellationToken);

    /// <summary>The events from a position to another that made, changed and removed some objects and relations, in order; others may be among them.</summary>
    IAsyncEnumerable<RecordedEvent> ReadChangesAsync(
        History history,
        EntityQuery query,
        Position from,
        Position to,
        CancellationToken cancellationToken);
}
