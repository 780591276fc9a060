namespace Ledger.Postgres.Projections.Daemon;

/// <summary>What a batch has done.</summary>
/// <param name="Reached">Where the shard is now.</param>
/// <param name="Events">How many events of the log were looked at.</param>
internal readonly record struct ShardPage(long Reached, long Events);
