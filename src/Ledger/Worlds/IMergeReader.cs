using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>What a merge asks about worlds: a capability of an engine that answers from rows, at the cost of the answer.</summary>
/// <remarks>Each answer is one statement, which looks also how far the rows reach: null if they do not reach as far as was asked.</remarks>
internal interface IMergeReader
{
    /// <summary>Compares two worlds; what is the same in both is not read.</summary>
    Task<WorldDiff?> FindDiffAsync(History a, Position atA, History b, Position atB, CancellationToken cancellationToken);

    /// <summary>Finds some objects and relations of a world.</summary>
    Task<EntitySet?> FindEntitiesAsync(History history, EntityQuery query, Position at, CancellationToken cancellationToken);

    /// <summary>The events from a position to another that made, changed and removed some objects and relations, in order.</summary>
    Task<IReadOnlyList<RecordedEvent>?> FindChangesAsync(
        History history,
        EntityQuery query,
        Position from,
        Position to,
        CancellationToken cancellationToken);
}
