namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>How far a rebuild is.</summary>
/// <param name="Events">The events that are done, those of the interrupted rebuild that it goes on with among them.</param>
/// <param name="Total">How many there were when it began; more may come meanwhile.</param>
public readonly record struct RebuildProgress(long Events, long Total);
