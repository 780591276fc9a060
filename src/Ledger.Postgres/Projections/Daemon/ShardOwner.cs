using Ledger.Log;
using Ledger.Postgres.Projections.Subscriptions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>The shards that a node owns through the locks of one session.</summary>
internal sealed class ShardOwner(
    NodeSession session,
    ShardWork[] works,
    PostgresOptions options,
    DaemonOptions daemon,
    ShardConnections connections,
    NodeRequests requests,
    PoolerNotice pooler,
    ILogger logger,
    TimeProvider timeProvider)
{
    private readonly string[] _names = [.. works.Select(w => w.Name)];
    private readonly ShardStates _states = new(options);
    private readonly ShardBalance _balance = new();
    private readonly Dictionary<string, (Shard Shard, Task Running)> _owned = new(StringComparer.Ordinal);
    private (string Name, Task Running)? _givenUp;
    private long _savedMark;
    private bool _isCandidate;

    /// <summary>The work of a node that has nothing else to do, and takes no requests for inline projections; null for another node.</summary>
    public static ShardWork? OnlyWork(ShardWork[] works, PostgresOptions options) => works is [var only] && options.Projections.Count == 0 ? only : null;

    /// <summary>The mark, for the shards.</summary>
    public MarkSignal Mark { get; } = new();

    public Task<long> ReadMarkAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        _states.ReadMarkAsync(connection, cancellationToken);

    /// <summary>Takes and releases shards, tells them whether they may run, and saves the mark. It shows the server that this node is alive.</summary>
    /// <exception cref="PostgresException">The only shard of the node cannot be run as things are.</exception>
    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        foreach (var (_, running) in _owned.Values)
        {
            if (running.IsFaulted)
            {
                await running.ConfigureAwait(false);
            }
        }

        if (session.IsDirect)
        {
            await BalanceAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            Begin(_names.Where(n => !_owned.ContainsKey(n)).ToList(), cancellationToken);
        }

        if (_owned.Count > 0)
        {
            var stopped = await _states.ReadStoppedAsync(session.Connection, [.. _owned.Keys], cancellationToken).ConfigureAwait(false);
            foreach (var (name, (shard, _)) in _owned)
            {
                shard.Stop(stopped.Contains(name));
            }
        }

        // Shards that may run again wait for this, and those that must end.
        Mark.Wake();
        if (Mark.Value is var mark && mark > _savedMark)
        {
            await _states.SaveMarkAsync(session.Connection, mark, cancellationToken).ConfigureAwait(false);
            _savedMark = mark;
        }

        if (DaemonMetrics.WantsLag)
        {
            var shards = await _states.ListAsync(session.Connection, cancellationToken).ConfigureAwait(false);
            DaemonMetrics.Note(shards.Where(s => _owned.ContainsKey(s.Name)), daemon.Tenant);
        }

        await requests.BeatAsync(session.Connection, cancellationToken).ConfigureAwait(false);
        await connections.RestAsync().ConfigureAwait(false);
    }

    /// <summary>Waits until all shards have ended, which they were told before.</summary>
    public Task EndAsync()
    {
        DaemonMetrics.Forget(daemon.Tenant, _owned.Keys);
        return Task.WhenAll(_owned.Values.Select(o => o.Running).Append(_givenUp?.Running ?? Task.CompletedTask));
    }

    private async Task BalanceAsync(CancellationToken cancellationToken)
    {
        if (!_isCandidate)
        {
            await _states.StandForAsync(session.Connection, _names, cancellationToken).ConfigureAwait(false);
            _isCandidate = true;
        }

        if (_givenUp is { Running.IsCompleted: true } ended)
        {
            await _states.GiveUpAsync(session.Connection, ended.Name, cancellationToken).ConfigureAwait(false);
            _givenUp = null;
        }

        var shards = await _states.ReadCandidatesAsync(session.Connection, _names, cancellationToken).ConfigureAwait(false);
        var move = _balance.Next(shards, _owned.Keys.ToHashSet(StringComparer.Ordinal));
        await TakeAsync(move.Free, move.Room, cancellationToken).ConfigureAwait(false);
        await TakeAsync(move.Left, move.Left.Count, cancellationToken).ConfigureAwait(false);
        if (_givenUp is null && move.GiveUp is { } surplus && _owned.Remove(surplus.Name, out var owned))
        {
            LogMessages.ShardGivenUp(logger, daemon.NodeName, surplus.Name);
            DaemonMetrics.Forget(daemon.Tenant, [surplus.Name]);
            owned.Shard.GiveUp();
            _givenUp = (surplus.Name, owned.Running);
            _balance.GaveUp(surplus);
        }
    }

    private async Task TakeAsync(IReadOnlyList<string> names, int most, CancellationToken cancellationToken)
    {
        if (names.Count > 0 && most > 0)
        {
            var taken = await _states.TryOwnAsync(session.Connection, [.. names], most, cancellationToken).ConfigureAwait(false);
            taken.ForEach(_balance.Took);
            Begin(taken, cancellationToken);
        }
    }

    private void Begin(List<string> names, CancellationToken cancellationToken)
    {
        foreach (var work in works.Where(w => names.Contains(w.Name)))
        {
            LogMessages.ShardOwned(logger, daemon.NodeName, work.Name);
            var shard = new Shard(work, daemon, Mark, connections, _states, pooler, logger, timeProvider, isAlone: OnlyWork(works, options) is not null);
            _owned.Add(work.Name, (shard, SharedWork.Run(() => shard.RunAsync(cancellationToken))));
        }
    }
}
