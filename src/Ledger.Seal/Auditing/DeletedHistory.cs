namespace Ledger.Seal;

/// <summary>Sealed events of a record store that compactions have deleted, as the state that they left says. Nothing proves these events any more; their hashes are in the tree.</summary>
/// <remarks>The state says that the events before it are not in the log, and not whether they were archived: an archive that someone has deleted is listed too.</remarks>
/// <param name="Stream">The store's stream.</param>
/// <param name="Events">How many.</param>
/// <param name="Version">The first version that is left, which is that state.</param>
/// <param name="Sequence">Its number in the log.</param>
public sealed record DeletedHistory(string Stream, long Events, long Version, long Sequence);
