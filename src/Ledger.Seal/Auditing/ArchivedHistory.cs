namespace Ledger.Seal;

/// <summary>Sealed events of a record store that compactions have moved to the archive, where they are as they were sealed.</summary>
/// <param name="Stream">The store's stream.</param>
/// <param name="Events">How many.</param>
/// <param name="Sequence">The number of the event <c>retention.compacted</c> that says so; null for a compaction by a build that wrote none.</param>
/// <param name="By">The id of that event.</param>
public sealed record ArchivedHistory(string Stream, long Events, long? Sequence, Guid? By);
