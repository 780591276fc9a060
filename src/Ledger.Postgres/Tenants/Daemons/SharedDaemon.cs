using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Subscriptions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Ledger.Postgres.Tenants.Daemons;

/// <summary>The daemon of all tenants of a schema: one session that leads and listens, one that looks which tenants have new events, and a number of connections that visit those.</summary>
/// <remarks>
/// A schema has one at a time, by an advisory lock. A shard has a connection for one batch, and then those that wait have their turn: a tenant with many events keeps others
/// waiting for a batch each. Safe for concurrent use.
/// </remarks>
internal sealed partial class SharedDaemon : IAsyncDisposable
{
    // The server notices that the other side of a session is gone, so that the lock of a shard does not outlive its daemon, and ends a transaction of one that is silent. As
    // options of the connection they stay when the session is reset.
    private const string Settings =
        "-c tcp_keepalives_idle=1 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c idle_in_transaction_session_timeout=10s -c jit=off";

    private static readonly TimeSpan WithoutLead = TimeSpan.FromSeconds(1);

    // What ends sooner is begun again ever less often, also where a session can be opened each time.
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(10);

    private readonly TenantLedgers _tenants;
    private readonly Func<string, DaemonOptions> _daemon;
    private readonly PostgresOptions _options;
    private readonly NpgsqlDataSource _owned;
    private readonly NpgsqlDataSource _dataSource;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly PoolerNotice _pooler;
    private readonly GapTimeout _gaps;
    private readonly string _place;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private volatile IReadOnlyList<TenantDatabase> _wanted;

    /// <summary>Begins to run.</summary>
    /// <param name="connectionString">The schema's database, for no tenant.</param>
    /// <param name="wanted">The tenants.</param>
    /// <param name="tenants">Finds their logs, for what needs connections of its own.</param>
    /// <param name="daemon">How the daemon of a tenant runs.</param>
    /// <param name="loggers">Log what happens.</param>
    /// <param name="timeProvider">The clock.</param>
    public SharedDaemon(
        string connectionString,
        IReadOnlyList<TenantDatabase> wanted,
        TenantLedgers tenants,
        Func<string, DaemonOptions> daemon,
        ILoggerFactory loggers,
        TimeProvider timeProvider)
    {
        ConnectionString = connectionString;
        (_wanted, _tenants, _daemon, _timeProvider) = (wanted, tenants, daemon, timeProvider);
        _logger = loggers.CreateLogger<ProjectionDaemon>();
        _options = (tenants.Options.Ledger with { Tenancy = Tenancy.Conjoined }).Checked().LoggingTo(_logger);
        var parts = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        parts.Options = $"{parts.Options} {Settings}".TrimStart();
        _owned = PostgresDataSources.Create(parts.ConnectionString);
        _dataSource = PostgresDataSources.ForWriting(_owned);
        _pooler = new PoolerNotice(_logger);
        _gaps = new GapTimeout(timeProvider, _options.ForeignWriters);
        _place = TenantDatabase.PlaceOf(connectionString);
        _running = SharedWork.Run(RunAsync);
    }

    /// <summary>How it connects.</summary>
    public string ConnectionString { get; }

    /// <summary>Whose daemon it is; what has changed begins or ends within half a second.</summary>
    public IReadOnlyList<TenantDatabase> Tenants
    {
        get => _wanted;
        set => _wanted = value;
    }

    /// <summary>Ends running work, and closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await _owned.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        long? standbySince = null;
        var isElsewhere = false;
        for (var outages = 0; !_stop.IsCancellationRequested;)
        {
            var started = _timeProvider.GetTimestamp();
            TimeSpan pause;
            try
            {
                var session = await NodeSession.OpenAsync(_dataSource, _options, _timeProvider, _stop.Token).ConfigureAwait(false);
                await using var _ = session.ConfigureAwait(false);
                standbySince = null;
                await TenancyGuard.CheckInTurnAsync(_options.Schemas, session.Connection, _stop.Token).ConfigureAwait(false);
                if (await LeadAsync(session, _stop.Token).ConfigureAwait(false))
                {
                    isElsewhere = false;
                    await RunAsync(session).ConfigureAwait(false);
                }
                else if (!isElsewhere)
                {
                    isElsewhere = true;
                    LogMessages.TenantsLedElsewhere(_logger, _place);
                }

                pause = WithoutLead;
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (StandbyServerException)
            {
                if (standbySince is null)
                {
                    standbySince = started;
                    LogMessages.NodeWaitsForPrimary(_logger, _place);
                }

                pause = ProjectionDaemon.PauseOnStandby(_timeProvider.GetElapsedTime(standbySince.Value));
            }
#pragma warning disable CA1031 // Any failure is logged, and the daemon must continue after it.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                LogMessages.TenantsLost(_logger, _place, fault);
                outages = _timeProvider.GetElapsedTime(started) < Lasting ? outages + 1 : 0;
                pause = fault is TenancyException ? TimeSpan.FromSeconds(10) : TimeSpan.FromMilliseconds(Math.Min(1_000, 50 * Math.Pow(2, Math.Min(outages, 10))));
            }

            await Task.Delay(pause, _timeProvider, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Runs for the lifetime of a session that leads.</summary>
    private async Task RunAsync(NodeSession session)
    {
        var budget = Budget();
        LogMessages.TenantsLed(_logger, _place, budget);
        var connections = new SharedConnections(_dataSource, budget, _options);
        await using var _ = connections.ConfigureAwait(false);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var reading = await NodeSession.OpenReadingAsync(_dataSource, _options, _timeProvider, _stop.Token).ConfigureAwait(false);
        await using var __ = reading.ConfigureAwait(false);
        var run = new SharedRun(this, session, reading, connections, budget, lost.Token);
        try
        {
            var following = run.FollowAsync();
            var beating = run.BeatAsync();
            var first = await Task.WhenAny(following, beating).ConfigureAwait(false);
            await lost.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(following, beating).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first.ConfigureAwait(false);
        }
        finally
        {
            await lost.CancelAsync().ConfigureAwait(false);
            await run.DisposeAsync().ConfigureAwait(false);
        }
    }

    // The options of one that fail are not in the way of the others; the fault is logged where its shards begin.
    private int Budget()
    {
        var most = 0;
        foreach (var tenant in _wanted)
        {
            try
            {
                most = Math.Max(most, _daemon(tenant.Tenant).MaxConnections);
            }
            catch (Exception) when (!_stop.IsCancellationRequested)
            {
            }
        }

        return most > 0 ? most : new DaemonOptions().MaxConnections;
    }

    private async Task<bool> LeadAsync(NodeSession session, CancellationToken cancellationToken)
    {
        var command = Command(session.Connection, "tenants_lead");
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(SqlText.Load(sql, _options.Schemas), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
}
