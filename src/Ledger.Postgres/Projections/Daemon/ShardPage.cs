namespace Ledger.Postgres.Projections.Daemon;

/// <summary>The result of a batch.</summary>
/// <param name="Reached">Where the shard is now.</param>
/// <param name="Events">How many events of the log were looked at.</param>
internal readonly record struct ShardPage(long Reached, long Events);
