using JasperFx;
using JasperFx.Events.Daemon;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Postgres;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Postgres.Projections.Subscriptions;
using Ledger.Postgres.Tenants;
using Marten;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Marten.Projections;

/// <summary>Rebuilds and pauses projections of the application's Marten, when programs ask for it that administer the log.</summary>
/// <remarks>
/// <para>It needs one connection, on which it listens, and shows by locks of the session which projections the process acts on. An inline projection is rebuilt by any
/// process of the application, an async one by the process that has Marten's lock of it. A second connection holds the lock of the rebuild, for which a rebuild of the same
/// projection waits in any process. The connection must reach the server itself: through a pooler nothing is offered, and those who ask get the sentence that they get
/// without an application. Nor is anything offered for the async projections of a daemon that Marten does not coordinate itself.</para>
/// <para>Marten empties the documents first. So a rebuild outlives the session, and one whose process has ended is started again by another, or by the next that starts.</para>
/// </remarks>
/// <param name="store">The log.</param>
/// <param name="coordinator">What runs Marten's daemon here; null without one.</param>
/// <param name="logger">Logs rebuilds and outages.</param>
/// <param name="timeProvider">The clock of pauses.</param>
internal sealed class ApplicationRequests(
    MartenEventStore store, ProjectionCoordinatorBase? coordinator, ILogger<ApplicationRequests> logger, TimeProvider timeProvider)
    : IHostedLifecycleService, IDisposable
{
    // The server ends a session that is silent for four seconds.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    // Less than those who ask wait for a report.
    private static readonly TimeSpan TakeOver = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<MartenProjection> _projections =
        [.. MartenProjection.Of(store.Documents).Where(p => p.IsInline || coordinator is not null)];

    private readonly PausedProjections? _paused = coordinator is null
        ? null
        : new PausedProjections(coordinator, ((StoreOptions)store.Documents.Options).Projections.HealthCheckPollingTime, timeProvider, logger);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Refuses Marten's daemon where it would see no events.</summary>
    /// <exception cref="TenancyException">It would.</exception>
    public Task StartingAsync(CancellationToken cancellationToken) => coordinator is null || StoreConfiguration.Of(store.Documents).HasDaemon
        ? Task.CompletedTask
        : throw StoreConfiguration.NoDaemon();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Begins when Marten's coordinator has started, which would start a paused shard again otherwise.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // Requests for the projections of tenants are not taken.
        if (_projections.Count > 0 && !store.IsOfNoTenant)
        {
            _running = SharedWork.Run(() => RunAsync(_stop.Token));
        }

        return Task.CompletedTask;
    }

    /// <summary>Ends before Marten's coordinator stops.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => StoppingAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        var requests = new RequestRunner(store.Options, new DaemonOptions().NodeName, request => RebuildAsync(request, stoppingToken), TakeOver);
        await using var _ = requests.ConfigureAwait(false);
        for (var outages = 0; !stoppingToken.IsCancellationRequested;)
        {
            try
            {
                var session = await NodeSession.OpenReadingAsync(
                    PostgresDataSources.ForWriting(store.DataSource), store.Options, timeProvider, stoppingToken).ConfigureAwait(false);
                await using var __ = session.ConfigureAwait(false);
                if (!session.IsDirect)
                {
                    LogMessages.RequestsNotOffered(logger);
                    return;
                }

                await RunAsync(session, requests, () => outages = 0, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Any failure is logged, and requests must be taken again after it.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                if (!IsWithoutTables(fault))
                {
                    LogMessages.RequestsInterrupted(logger, fault);
                }

                // A rebuild that goes on is reported soon, before another process takes it over.
                var longest = requests.Current is null ? LongestPause : Idle;
                var pause = Math.Min(longest.TotalSeconds, 0.1 * Math.Pow(2, Math.Min(outages++, 10)));
                await Task.Delay(TimeSpan.FromSeconds(pause), timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task RunAsync(NodeSession session, RequestRunner requests, Action begun, CancellationToken stoppingToken)
    {
        await store.DeclareProjectionsAsync(stoppingToken).ConfigureAwait(false);
        await ExecuteAsync(session, "listen_requests", null, stoppingToken).ConfigureAwait(false);
        string[] offered = [.. _projections.SelectMany(p => p.Keys).Select(ShardNames.OfApplication)];
        await ExecuteAsync(session, "stand_for_shards", offered, stoppingToken).ConfigureAwait(false);
        begun();
        var pausing = Task.CompletedTask;
        try
        {
            while (true)
            {
                var wanted = await FindWantedAsync().ConfigureAwait(false);
                await requests.BeatAsync(session.Connection, wanted, stoppingToken).ConfigureAwait(false);
                if (_paused is not null && pausing.IsCompleted)
                {
                    // Beside the beats, because a daemon takes its time to stop.
                    await pausing.ConfigureAwait(false);
                    var paused = await ReadPausedAsync(session, stoppingToken).ConfigureAwait(false);
                    var rebuilding = requests.Current is { } current ? ProjectionOf(current).Shards : [];
                    pausing = SharedWork.Run(() => _paused.ApplyAsync(paused, rebuilding, stoppingToken));
                }

                await session.WaitAsync(requests.Current is null ? Idle : Busy, stoppingToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await pausing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Without Marten's lock of an async one, the daemon of another process would go on with it beside the rebuild.
    private async Task<string[]> FindWantedAsync()
    {
        var held = new HashSet<string>(StringComparer.Ordinal);
        if (coordinator?.Distributor is { } distributor)
        {
            foreach (var set in await distributor.BuildDistributionAsync().ConfigureAwait(false))
            {
                if (distributor.HasLock(set))
                {
                    held.UnionWith(set.Names.Select(name => name.Identity));
                }
            }
        }

        return [.. _projections.Where(p => p.IsInline || p.Shards.Any(held.Contains)).SelectMany(p => p.Keys)];
    }

    private async Task<List<string>> ReadPausedAsync(NodeSession session, CancellationToken cancellationToken)
    {
        var command = Command(session, "stopped_shards").With(
            _projections.Where(p => !p.IsInline).SelectMany(p => p.Shards).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var paused = new List<string>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            paused.Add(reader.GetString(0));
        }

        return paused;
    }

    private MartenProjection ProjectionOf(TakenRequest request) => _projections.First(p => p.Keys.Contains(request.Projection));

    private async Task RebuildAsync(RunningRequest request, CancellationToken stoppingToken)
    {
        var (_, key, action, _) = request.Taken;
        if (action is not ("rebuild" or "resume"))
        {
            throw new InvalidOperationException($"'{key}' is a projection of Marten, which is rebuilt as a whole. Nothing was changed; leave the stream out.");
        }

        var projection = ProjectionOf(request.Taken);
        var connection = await Connections.OpenAsync(PostgresDataSources.ForWriting(store.DataSource), request.Token).ConfigureAwait(false);
        await using var __ = connection.ConfigureAwait(false);
        var rebuild = "marten:" + projection.Name;
        while (!await RebuildLock.TryTakeAsync(connection, rebuild, store.Options, request.Token).ConfigureAwait(false))
        {
            await Task.Delay(Busy, timeProvider, request.Token).ConfigureAwait(false);
        }

        try
        {
            await RebuildAsync(projection, request, stoppingToken).ConfigureAwait(false);
        }
        finally
        {
            await RebuildLock.GiveAsync(connection, rebuild, store.Options).ConfigureAwait(false);
        }
    }

    // The request does not cancel it: Marten empties the documents first, so that a rebuild which ends halfway leaves less than there was.
    private async Task RebuildAsync(MartenProjection projection, RunningRequest request, CancellationToken stoppingToken)
    {
        LogMessages.RebuildBegins(logger, projection.Name);
        var own = coordinator is null ? await store.Documents.BuildProjectionDaemonAsync(logger: logger).ConfigureAwait(false) : null;
        using var _ = own;
        var daemon = own ?? coordinator!.DaemonForMainDatabase();
        var running = projection.IsInline ? [] : projection.Shards.Where(shard => daemon.StatusFor(shard) == AgentStatus.Running).ToList();
        using var __ = daemon.Tracker.Subscribe(new RebuildObserver(projection, request, () => daemon.Tracker.HighWaterMark));
        try
        {
            await daemon.RebuildProjectionAsync(projection.Name, TimeSpan.FromDays(1), stoppingToken).ConfigureAwait(false);
            stoppingToken.ThrowIfCancellationRequested();
        }
        finally
        {
            // The rebuild has stopped them, and leaves it to its caller to start them again.
            foreach (var shard in running.Where(shard => daemon.StatusFor(shard) != AgentStatus.Running))
            {
                await daemon.StartAgentAsync(shard, stoppingToken).ConfigureAwait(false);
            }
        }

        var end = daemon.Tracker.HighWaterMark;
        request.Report(new RebuildProgress(end, end));
        LogMessages.RebuildEnded(logger, projection.Name);
    }

    private async Task ExecuteAsync(NodeSession session, string sql, string[]? names, CancellationToken cancellationToken)
    {
        var command = Command(session, sql);
        await using var _ = command.ConfigureAwait(false);
        if (names is not null)
        {
            command.With(names, NpgsqlDbType.Array | NpgsqlDbType.Text);
        }

        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private NpgsqlCommand Command(NodeSession session, string sql) =>
        new(SqlText.Load(sql, store.Options.Schemas), session.Connection) { CommandTimeout = store.Options.CommandTimeoutSeconds };

    // They may be made later, by the first append.
    private static bool IsWithoutTables(Exception fault) => fault is PostgresException
    {
        SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.InvalidCatalogName,
    };
}
