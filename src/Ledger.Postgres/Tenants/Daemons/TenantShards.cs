using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Microsoft.Extensions.Logging;

namespace Ledger.Postgres.Tenants.Daemons;

/// <summary>The shards of a tenant, for as long as a session of the daemon of all tenants lasts.</summary>
/// <remarks>They have no connection while there is nothing to do. The mark is for one caller, everything else for another; each is not safe for concurrent use.</remarks>
internal sealed class TenantShards : IAsyncDisposable
{
    private readonly List<(Shard Shard, Task Running)> _running = [];
    private readonly CancellationTokenSource _end;
    private Task _serving = Task.CompletedTask;

    /// <summary>Begins to run them.</summary>
    public TenantShards(
        TenantDatabase database,
        ShardWork[] works,
        PostgresOptions options,
        DaemonOptions daemon,
        SharedConnections connections,
        PoolerNotice pooler,
        ILogger logger,
        TimeProvider timeProvider,
        CancellationToken session)
    {
        (Database, Works, Daemon) = (database, works, daemon);
        _end = CancellationTokenSource.CreateLinkedTokenSource(session);
        var states = new ShardStates(options);
        foreach (var work in works)
        {
            var shard = new Shard(work, daemon, Mark, connections.Of(database.Tenant, work.Name), states, pooler, logger, timeProvider, isAlone: false);
            _running.Add((shard, SharedWork.Run(() => shard.RunAsync(_end.Token))));
        }
    }

    public TenantDatabase Database { get; }

    public ShardWork[] Works { get; }

    public DaemonOptions Daemon { get; }

    /// <summary>The mark of the tenant: not beyond its newest event.</summary>
    public MarkSignal Mark { get; } = new();

    /// <summary>The newest event that was seen, or 0.</summary>
    public long Newest { get; set; }

    /// <summary>When that was seen; null before.</summary>
    public long? SeenAt { get; set; }

    /// <summary>Sets the mark to what is known, where all numbers up to one are settled.</summary>
    public void Settle(long settled, LogNumbers numbers)
    {
        // Also where the mark does not move: a sequence that was set back to nothing leaves it at 0, and shards must see that.
        var mark = Math.Min(settled, Newest);
        Mark.Note(numbers with { Newest = Newest });
        if (mark != Mark.Value)
        {
            Mark.Set(mark);
        }
    }

    /// <summary>Why it does not run any more, or null.</summary>
    public Exception? Fault => _running.Select(r => r.Running.Exception?.InnerException).FirstOrDefault(fault => fault is not null);

    /// <summary>Tells the shards which of them may not run.</summary>
    public void Stop(string[] stopped)
    {
        foreach (var (shard, _) in _running)
        {
            shard.Stop(stopped.Contains(shard.Name));
        }

        Mark.Wake();
    }

    /// <summary>Executes requests, unless some are being executed.</summary>
    public void Serve(Func<CancellationToken, Task> serve)
    {
        if (_serving.IsCompleted)
        {
            _serving = SharedWork.Run(() => serve(_end.Token));
        }
    }

    /// <summary>Ends all and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running.Select(r => r.Running).Append(_serving)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        DaemonMetrics.Forget(Daemon.Tenant, Works.Select(work => work.Name));
        _end.Dispose();
    }
}
