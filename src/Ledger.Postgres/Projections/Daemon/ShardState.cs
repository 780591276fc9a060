namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Whether a shard may run.</summary>
public enum ShardState
{
    /// <summary>It runs on the node that owns it, or would on the next that does.</summary>
    Running,

    /// <summary>It was paused by an operator.</summary>
    Paused,

    /// <summary>It has stopped before an event that it cannot apply.</summary>
    Failed,
}
