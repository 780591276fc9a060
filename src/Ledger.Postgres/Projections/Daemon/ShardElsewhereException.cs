namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Another daemon has the lock of a shard, and moves it on; or its tenant was switched off.</summary>
internal sealed class ShardElsewhereException() : Exception("Another daemon runs this shard, or its tenant was switched off.");
