namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>The progress of a rebuild.</summary>
/// <param name="Events">The events that are done, including those of a resumed rebuild.</param>
/// <param name="Total">How many there were when it began; more may be added in the meantime.</param>
public readonly record struct RebuildProgress(long Events, long Total);
