namespace Ledger.Seal;

/// <summary>Sealed events of a record store that a compaction has deleted. Nothing proves these events any more; their hashes are in the tree.</summary>
/// <param name="Stream">The store's stream.</param>
/// <param name="Events">How many.</param>
/// <param name="Version">The first version that the compaction has left, which is a state of the store.</param>
/// <param name="Sequence">The number of the event that says so: the <c>retention.compacted</c> of the compaction, or that state where <see cref="By"/> is null.</param>
public sealed record DeletedHistory(string Stream, long Events, long Version, long Sequence)
{
    /// <summary>The event <c>retention.compacted</c>, which names each of the leaves; null for compactions that Ledger made before it wrote such events. Then the state says that
    /// the events before it are not in the log, and not whether they were archived: an archive that was deleted by hand is listed too.</summary>
    public Guid? By { get; init; }
}
