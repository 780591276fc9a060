using Ledger.Postgres.Log;
using Ledger.Postgres.Searching;
using Ledger.Projections;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>What a daemon runs for a log.</summary>
internal static class ShardWorks
{
    /// <summary>The work of every shard that the options name.</summary>
    /// <param name="options">Where the tables are, and which projections are asynchronous.</param>
    /// <param name="daemon">The options of the daemon.</param>
    /// <param name="gaps">How long missing numbers are waited for.</param>
    /// <param name="worlds">Reads and saves worlds, for a shard that has a connection; asked only where snapshots of worlds are wanted.</param>
    /// <param name="logger">Logs what shards say.</param>
    /// <param name="timeProvider">The clock.</param>
    public static ShardWork[] Of(
        PostgresOptions options, DaemonOptions daemon, GapTimeout gaps, Func<NpgsqlConnection, AgentLedger> worlds, ILogger logger, TimeProvider timeProvider) =>
    [
        .. options.AsyncProjections.Select(p => p is ISnapshot
            ? new SnapshotShard(p, options, daemon.BatchTime, gaps, timeProvider)
            : (ShardWork)new ProjectionShard(p, options, gaps)),
        .. (ShardWork[])(options.WorldRows == WorldRows.Async ? [new WorldRowsShard(options)] : []),
        .. (ShardWork[])(daemon.WorldSnapshotEvery is { } every ? [new WorldSnapshotShard(worlds, every, options, logger)] : []),
        .. (ShardWork[])(daemon.RunSummaries ? [new RunSummaryShard(options)] : []),
        .. (ShardWork[])(daemon.SearchIndex ? [new SearchIndexShard(options, timeProvider, logger)] : []),
        .. daemon.Subscriptions.Select(s => new SubscriptionShard(s, options, daemon.BatchTime, gaps, timeProvider)),
        .. daemon.FurtherShards.Select(create => create(options, logger, timeProvider)),
    ];
}
