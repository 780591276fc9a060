using Ledger.Postgres.Subscriptions;
using Microsoft.Extensions.Logging;

namespace Ledger.Postgres.Daemon;

/// <summary>The shards that a node owns while one session lasts, whose locks say so.</summary>
internal sealed class ShardOwner(
    NodeSession session,
    ShardWork[] works,
    PostgresOptions options,
    DaemonOptions daemon,
    ShardConnections connections,
    NodeRequests requests,
    ILogger logger,
    TimeProvider timeProvider)
{
    private readonly ShardStates _states = new(options);
    private readonly Dictionary<string, (Shard Shard, Task Running)> _owned = new(StringComparer.Ordinal);
    private long _savedMark;

    /// <summary>The mark, for the shards.</summary>
    public MarkSignal Mark { get; } = new();

    public Task<long> ReadMarkAsync(CancellationToken cancellationToken) => _states.ReadMarkAsync(session.Connection, cancellationToken);

    /// <summary>Takes what is free, tells shards whether they may run, and keeps the mark. It shows the server that this node lives.</summary>
    public async Task BeatAsync(long mark, CancellationToken cancellationToken)
    {
        var free = works.Where(w => !_owned.ContainsKey(w.Name)).ToList();
        if (free.Count > 0)
        {
            string[] names = [.. free.Select(w => w.Name)];
            var taken = session.IsDirect
                ? await _states.TryOwnAsync(session.Connection, names, cancellationToken).ConfigureAwait(false)
                : [.. names];
            foreach (var work in free.Where(w => taken.Contains(w.Name)))
            {
                Log.ShardOwned(logger, daemon.NodeName, work.Name);
                var shard = new Shard(work, daemon, Mark, connections, _states, logger, timeProvider);
                _owned.Add(work.Name, (shard, Task.Run(() => shard.RunAsync(cancellationToken), CancellationToken.None)));
            }
        }

        if (_owned.Count > 0)
        {
            var stopped = await _states.ReadStoppedAsync(session.Connection, [.. _owned.Keys], cancellationToken).ConfigureAwait(false);
            foreach (var (name, (shard, _)) in _owned)
            {
                shard.Stop(stopped.Contains(name));
            }

            // Those who may run again wait for this.
            Mark.Set(mark);
        }

        if (mark > _savedMark)
        {
            await _states.SaveMarkAsync(session.Connection, mark, cancellationToken).ConfigureAwait(false);
            _savedMark = mark;
        }

        if (DaemonMetrics.WantsLag)
        {
            var shards = await _states.ListAsync(session.Connection, cancellationToken).ConfigureAwait(false);
            DaemonMetrics.Note(shards.Where(s => _owned.ContainsKey(s.Name)));
        }

        await requests.BeatAsync(session.Connection, cancellationToken).ConfigureAwait(false);
        await connections.RestAsync().ConfigureAwait(false);
    }

    /// <summary>Waits until all shards have ended, which they were told before.</summary>
    public Task EndAsync()
    {
        DaemonMetrics.Forget(_owned.Keys);
        return Task.WhenAll(_owned.Values.Select(o => o.Running));
    }
}
