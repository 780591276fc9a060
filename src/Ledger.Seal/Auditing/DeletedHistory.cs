namespace Ledger.Seal;

/// <summary>Sealed events of a record store that a compaction has deleted. Nothing proves these events any more; their hashes are in the tree.</summary>
/// <param name="Stream">The store's stream.</param>
/// <param name="Events">How many.</param>
/// <param name="Version">The first version that the compaction has left, which is a state of the store.</param>
/// <param name="Sequence">The number of the event <c>retention.compacted</c> that says so, which names each of the leaves; the first of several.</param>
public sealed record DeletedHistory(string Stream, long Events, long Version, long Sequence)
{
    /// <summary>The id of that event.</summary>
    public Guid By { get; init; }
}
