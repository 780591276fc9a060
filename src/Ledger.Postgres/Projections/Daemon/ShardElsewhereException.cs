namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Another daemon has the lock of a shard, and moves it on.</summary>
internal sealed class ShardElsewhereException() : Exception("Another daemon runs this shard.");
