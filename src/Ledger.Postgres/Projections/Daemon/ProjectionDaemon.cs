using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Projections.Subscriptions;
using Ledger.Postgres.Tenants;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>A node that runs asynchronous projections and subscriptions, with any number of others.</summary>
/// <remarks>
/// <para>Each projection and subscription is a shard, which one node owns at a time, by an advisory lock of the session; nodes divide the shards that several
/// of them declare. When a node ends, others take over within a second; when it is cut off, as soon as the server notices, within five. A shard writes its data
/// and its position in one transaction, so nothing is applied twice and nothing is left out.</para>
/// <para>Events are seen as soon as they are committed: under load the sequence is checked every millisecond or two, and LISTEN wakes the node at once. Appends
/// in a caller's own transaction, and of other programs, send no NOTIFY; an idle node sees them within half a second.</para>
/// <para>A pooler may give each transaction another session, so neither locks nor LISTEN can be used. The node logs this once, polls ten times a second, and
/// every node works on every shard: projections stay correct, and a subscription may receive an event from several nodes. Through a pooler that does not keep
/// prepared statements nothing runs, which is also logged once; the node tries again every ten seconds.</para>
/// <para>It does not own the data source. <see cref="StartAsync"/> and <see cref="StopAsync"/> are called once each; the rest is safe for concurrent use.</para>
/// </remarks>
public sealed class ProjectionDaemon : IAsyncDisposable
{
    // A pooler that does not keep prepared statements shows this by then, and only that is logged.
    private const int BeatsBeforeNotice = 4;

    private static readonly TimeSpan WithoutStatements = TimeSpan.FromSeconds(10);

    private readonly NpgsqlDataSource _dataSource;
    private readonly PostgresOptions _options;
    private readonly DaemonOptions _daemon;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly PoolerNotice _pooler;
    private readonly GapTimeout _gaps;
    private readonly ShardWork[] _works;
    private readonly ConnectionNeeds _needs;
    private readonly int _budget;
    private readonly CancellationTokenSource _stop = new();
    private readonly PostgresEventStore? _store;
    private Task _running = Task.CompletedTask;

    /// <summary>Creates a node, which runs nothing yet.</summary>
    /// <param name="dataSource">The connections: <see cref="DaemonOptions.MaxConnections"/> and two, and those of others that share it. A pool that the node
    /// would exhaust is refused; one that leaves too few for appends is logged as a warning.</param>
    /// <param name="options">Where the tables are, and which projections are asynchronous; null for the defaults.</param>
    /// <param name="daemonOptions">The options of the node, and the subscriptions; null for the defaults.</param>
    /// <param name="logger">Logs failures. Default: no logging.</param>
    /// <param name="timeProvider">The clock of pauses; null for the system's.</param>
    /// <exception cref="PostgresOptionsException">The options have faults; all are named. Or the pool is too small.</exception>
    /// <exception cref="ArgumentException">The data source multiplexes, or is a slim one without arrays.</exception>
    public ProjectionDaemon(
        NpgsqlDataSource dataSource,
        PostgresOptions? options = null,
        DaemonOptions? daemonOptions = null,
        ILogger<ProjectionDaemon>? logger = null,
        TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        DataSourceRules.Check(dataSource);
        _dataSource = PostgresDataSources.ForWriting(dataSource);
        _logger = logger ?? (ILogger)NullLogger.Instance;
        _options = (options ?? new PostgresOptions()).Checked().LoggingTo(logger);
        TenancyGuard.Note(_dataSource, _options.Schemas);
        _daemon = (daemonOptions ?? new DaemonOptions()).Checked(_options);
        _timeProvider = timeProvider ?? TimeProvider.System;
        _pooler = new PoolerNotice(_logger);
        _gaps = new GapTimeout(_timeProvider, _options.ForeignWriters);
        _store = _daemon.WorldSnapshotEvery is null ? null : new PostgresEventStore(_dataSource, _options, _timeProvider);
        var worlds = _store is null ? null : new AgentLedger(_store, _options.Limits);
        _works = ShardWorks.Of(_options, _daemon, _gaps, _ => worlds!, _logger, _timeProvider);
        _needs = new ConnectionNeeds(_works.Length, _daemon, _options);
        _budget = _daemon.MaxConnections;
        var poolSize = DataSourceRules.PoolSizeOf(dataSource);
        if (_daemon.SearchIndex && poolSize is { } size && (_needs.FaultWith(size) is not null || _needs.LeavesFewOf(size)))
        {
            // Nothing needs the index, so that a pool which is enough without it stays enough.
            _needs = new ConnectionNeeds(_works.Length - 1, _daemon, _options);
            _budget = Math.Min(_budget, Math.Max(_works.Length - 1, 1));
            if (_works.Length == 1 && _options.Projections.Count == 0)
            {
                LogMessages.SearchIndexNotKept(_logger, _daemon.NodeName, size, _needs.Count);
                _works = [];
            }
        }

        if (Runs && _needs.FaultWith(poolSize) is { } fault)
        {
            throw new PostgresOptionsException([fault]);
        }
    }

    /// <summary>Begins to run; returns at once.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Runs)
        {
            if (DataSourceRules.PoolSizeOf(_dataSource) is { } poolSize && _needs.LeavesFewOf(poolSize))
            {
                LogMessages.PoolIsSmall(_logger, _daemon.NodeName, _needs.Count, poolSize, _needs.ForAppends);
            }

            _running = SharedWork.Run(RunAsync);
        }

        return Task.CompletedTask;
    }

    /// <summary>Ends running work, and releases the node's shards.</summary>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _stop.CancelAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        await _running.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        _stop.Dispose();
        _store?.Dispose();
    }

    /// <summary>How long a node waits before it asks a standby again whether it has become the primary: a tenth of the time that it has waited, so that a failover is noticed soon.</summary>
    /// <remarks>A standby sends no notifications that could wake it.</remarks>
    internal static TimeSpan PauseOnStandby(TimeSpan waited) => TimeSpan.FromSeconds(Math.Clamp(waited.TotalSeconds / 10, 0.5, 30));

    private bool Runs => _works.Length + _options.Projections.Count > 0;

    private TimeSpan Gathers => _works.Select(w => w.Gathers).DefaultIfEmpty().Min();

    private async Task RunAsync()
    {
        var waitsFor = "";
        long? standbySince = null;
        for (var outages = 0; !_stop.IsCancellationRequested;)
        {
            var started = _timeProvider.GetTimestamp();
            try
            {
                // One that gathers events for longer than it waits between two polls need not be woken a hundred times a second.
                var session = Gathers < PollPace.Longest
                    ? await NodeSession.OpenAsync(_dataSource, _options, _timeProvider, _stop.Token).ConfigureAwait(false)
                    : await NodeSession.OpenReadingAsync(_dataSource, _options, _timeProvider, _stop.Token).ConfigureAwait(false);
                await using var _ = session.ConfigureAwait(false);
                (outages, standbySince) = (0, null);
                await RunAsync(session).ConfigureAwait(false);
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (PostgresException fault) when (ShardOwner.OnlyWork(_works, _options)?.CanWaitFor(fault) == true)
            {
                if (waitsFor != fault.MessageText || _timeProvider.GetElapsedTime(started) > Shard.WaitForCircumstances)
                {
                    waitsFor = fault.MessageText;
                    LogMessages.ShardWaitsForCircumstances(_logger, _works[0].Name, waitsFor);
                }

                await Task.Delay(Shard.WaitForCircumstances, _timeProvider, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (StandbyServerException)
            {
                if (standbySince is null)
                {
                    standbySince = started;
                    LogMessages.NodeWaitsForPrimary(_logger, _daemon.NodeName);
                }

                var pause = PauseOnStandby(_timeProvider.GetElapsedTime(standbySince.Value));
                await Task.Delay(pause, _timeProvider, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception fault) when (TransientFaults.IsOfPooler(fault))
            {
                _pooler.WithoutStatements();
                await Task.Delay(WithoutStatements, _timeProvider, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
#pragma warning disable CA1031 // Any failure is logged, and the node must continue after it.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                LogMessages.NodeLost(_logger, _daemon.NodeName, fault);
                var pause = TimeSpan.FromMilliseconds(Math.Min(1_000, 50 * Math.Pow(2, Math.Min(outages++, 10))));
                await Task.Delay(pause, _timeProvider, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Runs for the lifetime of a session.</summary>
    private async Task RunAsync(NodeSession session)
    {
        var connections = new ShardConnections(_dataSource, _budget);
        await using var _ = connections.ConfigureAwait(false);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var requests = new NodeRequests(_dataSource, _works, _options, _daemon, _timeProvider);
        await using var __ = requests.ConfigureAwait(false);
        var reading = await NodeSession.OpenReadingAsync(_dataSource, _options, _timeProvider, _stop.Token).ConfigureAwait(false);
        await using var ___ = reading.ConfigureAwait(false);
        var appended = new AppendSignal(_timeProvider);
        session.OnAppended(appended.Set);
        var owner = new ShardOwner(session, _works, _options, _daemon, connections, requests, _pooler, _logger, _timeProvider);
        try
        {
            var following = FollowAsync(reading, session, appended, owner, lost.Token);
            var beating = BeatAsync(session, owner, lost.Token);
            var first = await Task.WhenAny(following, beating).ConfigureAwait(false);
            await lost.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(following, beating).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first.ConfigureAwait(false);
        }
        finally
        {
            await lost.CancelAsync().ConfigureAwait(false);
            await owner.EndAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Advances the mark, in parallel with the other work of the node.</summary>
    private async Task FollowAsync(
        NodeSession reading, NodeSession session, AppendSignal appended, ShardOwner owner, CancellationToken cancellationToken)
    {
        var mark = new HighWaterMark(_options, _gaps, _timeProvider);
        mark.Begin(await owner.ReadMarkAsync(reading.Connection, cancellationToken).ConfigureAwait(false));
        var pace = new PollPace(_timeProvider);
        var gathers = Gathers;
        while (true)
        {
            var hasMoved = await mark.AdvanceAsync(reading.Connection, cancellationToken).ConfigureAwait(false);
            owner.Mark.Note(mark.Numbers);
            if (hasMoved)
            {
                pace.Note();
                if (mark.Value != owner.Mark.Value)
                {
                    owner.Mark.Set(mark.Value);
                }
            }

            await pace.WaitAsync(appended, session, cancellationToken).ConfigureAwait(false);
            if (gathers > TimeSpan.Zero)
            {
                await Task.Delay(gathers, _timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Shows the server that the node is alive, and takes and releases shards.</summary>
    private async Task BeatAsync(NodeSession session, ShardOwner owner, CancellationToken cancellationToken)
    {
        for (var beats = 1; ; beats++)
        {
            await owner.BeatAsync(cancellationToken).ConfigureAwait(false);
            if (beats == BeatsBeforeNotice && !session.IsDirect)
            {
                _pooler.WithoutSessions();
            }

            var beaten = _timeProvider.GetTimestamp();
            while (PollPace.Longest - _timeProvider.GetElapsedTime(beaten) is var left && left > TimeSpan.FromMilliseconds(1))
            {
                await session.WaitAsync(left, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
