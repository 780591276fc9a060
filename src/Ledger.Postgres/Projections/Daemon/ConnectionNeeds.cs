namespace Ledger.Postgres.Projections.Daemon;

/// <summary>How many connections a node holds at the same time, compared with a pool that others may share.</summary>
/// <param name="shards">How many shards the node can run.</param>
/// <param name="daemon">How it runs.</param>
/// <param name="options">How appends use the pool.</param>
internal sealed class ConnectionNeeds(int shards, DaemonOptions daemon, PostgresOptions options)
{
    // One reads the mark, one listens and holds the locks.
    private const int OfTheNode = 2;

    /// <summary>The node's, those of its shards, and one that reads worlds for their snapshots.</summary>
    public int Count { get; } = OfTheNode + Math.Min(daemon.MaxConnections, Math.Max(shards, 1)) + (daemon.WorldSnapshotEvery is null ? 0 : 1);

    /// <summary>The lanes', and one for notifications and reads.</summary>
    public int ForAppends { get; } = options.AppendLanes + 1;

    /// <summary>Why a node cannot run on a pool, as a sentence; null if it can, or if there is no pool.</summary>
    public string? FaultWith(int? poolSize)
    {
        var least = Count + (HasOwnPool ? 0 : 1);
        return poolSize >= least || poolSize is null
            ? null
            : $"The daemon needs {Count} connections{(HasOwnPool ? "" : " and one that it leaves for appends")}, but 'Maximum Pool Size' of its data source is {poolSize}. "
                + $"Raise it to {least} or more, lower {nameof(DaemonOptions.MaxConnections)}, or give the daemon its own pool by {nameof(DaemonOptions)}.{nameof(DaemonOptions.ConnectionString)}.";
    }

    /// <summary>Whether appends that share the pool get fewer connections than they use.</summary>
    public bool LeavesFewOf(int poolSize) => !HasOwnPool && poolSize - Count < ForAppends;

    private bool HasOwnPool => daemon.ConnectionString is not null;
}
