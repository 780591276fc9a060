using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Subscriptions;
using Ledger.Postgres.Tenants.Daemons;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Tenants;

/// <summary>Runs the daemons of all tenants, each on one node of those that share the work: connections grow with the databases, not with nodes times databases.</summary>
/// <remarks>
/// <para>Nodes agree by advisory locks in one database, such as the one with the table of tenants; there each has one connection. A node takes its share of the
/// databases, gives up the surplus when others join, and takes those of a node that dies, within some seconds. A tenant that two nodes run for a moment is projected once,
/// because the shards have locks of their own in its database.</para>
/// <para>The tenants of a <see cref="ConjoinedTenants"/>, and those of each database of a <see cref="TenantPool"/>, have one daemon together, on one node: <see cref="DaemonOptions.MaxConnections"/> connections and two
/// more for all of them, which go to the tenants that have new events, in turn, for a batch of a shard each. So it needs the server itself, not a pooler.</para>
/// <para>For other tenants, through a pooler that does not keep sessions every node runs all of them. Safe for concurrent use.</para>
/// </remarks>
public sealed class TenantDaemons : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private const int RestAfterList = 20;

    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(2);

    // Tenants of two schemas may have the same names.
    private readonly string _schema;
    private readonly TenantLedgers _tenants;
    private readonly NpgsqlDataSource _coordination;
    private readonly Func<string, DaemonOptions> _daemon;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly Dictionary<string, (ProjectionDaemon Daemon, TenantLedger Ledger)> _running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SharedDaemon> _shared = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private Task? _work;
    private int _disposed;

    /// <summary>Prepares the daemons; nothing runs before <see cref="StartAsync"/>.</summary>
    /// <param name="tenants">The tenants. <see cref="PostgresOptions.AsyncProjections"/> of their options is what runs.</param>
    /// <param name="coordination">The database in which nodes agree.</param>
    /// <param name="daemon">How each runs; null for the defaults. <see cref="DaemonOptions.MaxConnections"/> is for each database; its connection string is not read.</param>
    /// <param name="loggers">Log what happens. Default: no logging.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">The options seal: each log has keys with a name of its own, so give options by tenant.</exception>
    public TenantDaemons(
        TenantLedgers tenants, NpgsqlDataSource coordination, DaemonOptions? daemon = null, ILoggerFactory? loggers = null, TimeProvider? timeProvider = null)
        : this(tenants, coordination, ForAll(daemon ?? new DaemonOptions()), loggers, timeProvider)
    {
    }

    /// <summary>Prepares daemons whose options differ from tenant to tenant, as those of a seal do, whose keys have the origin of one log as their name.</summary>
    /// <param name="tenants">The tenants. <see cref="PostgresOptions.AsyncProjections"/> of their options is what runs.</param>
    /// <param name="coordination">The database in which nodes agree.</param>
    /// <param name="daemon">How the daemon of a tenant runs, by its name; called each time that it begins on this node. Tenants that share one have the largest
    /// <see cref="DaemonOptions.MaxConnections"/> of theirs together.</param>
    /// <param name="loggers">Log what happens. Default: no logging.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    public TenantDaemons(
        TenantLedgers tenants, NpgsqlDataSource coordination, Func<string, DaemonOptions> daemon, ILoggerFactory? loggers = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(tenants);
        ArgumentNullException.ThrowIfNull(coordination);
        ArgumentNullException.ThrowIfNull(daemon);
        _tenants = tenants;
        _schema = tenants.Map is ConjoinedTenants map ? $"{map.Place} {map.Options.LedgerSchema} " : "";
        _coordination = PostgresDataSources.ForWriting(coordination);
        _daemon = daemon;
        _loggers = loggers ?? NullLoggerFactory.Instance;
        _logger = _loggers.CreateLogger<TenantDaemons>();
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <summary>The tenants whose daemons run on this node now, by name.</summary>
    public IReadOnlyList<string> Running
    {
        get
        {
            lock (_running)
            {
                return [.. _running.Keys.Concat(_shared.Values.SelectMany(daemon => daemon.Tenants.Select(tenant => tenant.Tenant))).Order(StringComparer.Ordinal)];
            }
        }
    }

    // What a node takes or leaves as a whole.
    private string[] Units
    {
        get
        {
            lock (_running)
            {
                return [.. _running.Keys, .. _shared.Keys];
            }
        }
    }

    /// <summary>Begins; it returns at once.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0 || _stop.IsCancellationRequested, this);
        _work ??= SharedWork.Run(() => RunAsync(_stop.Token));
        return Task.CompletedTask;
    }

    /// <summary>Stops all daemons of this node and waits for their batches.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (!_stop.IsCancellationRequested)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }

        await (_work ?? Task.CompletedTask).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await StopAsync(CancellationToken.None).ConfigureAwait(false);
            _stop.Dispose();
        }
    }

    private static Func<string, DaemonOptions> ForAll(DaemonOptions daemon) => daemon.FurtherShards.Count == 0
        ? _ => daemon
        : throw new ArgumentException(
            "These options would seal the log of every tenant with the same keys, whose name is the origin of one log. Give the options by tenant.", nameof(daemon));

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await RunSessionAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
            }
            catch (Exception fault)
            {
                LogMessages.TenantsInterrupted(_logger, fault);
            }

            // What runs goes on meanwhile: the shards have locks of their own.
            await Task.Delay(AfterFault, _timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach (var unit in Units)
        {
            await EndAsync(unit).ConfigureAwait(false);
        }
    }

    private async Task RunSessionAsync(CancellationToken cancellationToken)
    {
        var session = await NodeSession.OpenReadingAsync(_coordination, _tenants.Options.Ledger, _timeProvider, cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        if (session.IsDirect)
        {
            await ReadAsync(session.Connection, "tenant_stand", parameters => parameters.WithText(_schema), static _ => true, cancellationToken).ConfigureAwait(false);
            await TakeAgainAsync(session, cancellationToken).ConfigureAwait(false);
        }

        var balance = new ShardBalance();
        var (known, listedAt, took) = (new Dictionary<string, DaemonUnit>(StringComparer.Ordinal), 0L, TimeSpan.Zero);
        while (true)
        {
            // A long list is asked for less often.
            if (listedAt == 0 || _timeProvider.GetElapsedTime(listedAt) >= RestAfterList * took)
            {
                var began = _timeProvider.GetTimestamp();
                known = DaemonUnit.Of(_tenants.Map, await _tenants.Map.ListAsync(cancellationToken).ConfigureAwait(false));
                listedAt = _timeProvider.GetTimestamp();
                took = _timeProvider.GetElapsedTime(began, listedAt);
            }

            await EndMovedAsync(session, known, cancellationToken).ConfigureAwait(false);
            await TakeAsync(session, balance, known, cancellationToken).ConfigureAwait(false);
            await Task.Delay(Beat, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task TakeAsync(NodeSession session, ShardBalance balance, Dictionary<string, DaemonUnit> known, CancellationToken cancellationToken)
    {
        if (!session.IsDirect)
        {
            foreach (var unit in known.Keys.Except(Units))
            {
                await TryBeginAsync(known[unit], cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        var candidates = await ReadAsync(
            session.Connection,
            "tenant_candidates",
            parameters => parameters.WithTexts([.. known.Keys]).WithText(_schema),
            row => new ShardCandidates(row.GetString(0), row.GetInt32(1), row.GetBoolean(2)),
            cancellationToken).ConfigureAwait(false);
        var move = balance.Next(candidates, Units.ToHashSet(StringComparer.Ordinal));
        foreach (var (names, most) in new[] { (move.Free, move.Room), (move.Left, move.Left.Count) })
        {
            if (names.Count == 0 || most == 0)
            {
                continue;
            }

            foreach (var unit in await TryOwnAsync(session, [.. names], most, cancellationToken).ConfigureAwait(false))
            {
                balance.Took(unit);
                if (!await TryBeginAsync(known[unit], cancellationToken).ConfigureAwait(false))
                {
                    // Another node may be able to, and this one tries again.
                    await ReleaseAsync(session, unit, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        if (move.GiveUp is { } surplus)
        {
            await EndAsync(surplus.Name).ConfigureAwait(false);
            await ReleaseAsync(session, surplus.Name, cancellationToken).ConfigureAwait(false);
            balance.GaveUp(surplus);
        }
    }

    // After an interruption: what another node has taken is its own.
    private async Task TakeAgainAsync(NodeSession session, CancellationToken cancellationToken)
    {
        var running = Units;
        var taken = await TryOwnAsync(session, running, running.Length, cancellationToken).ConfigureAwait(false);
        foreach (var unit in running.Except(taken))
        {
            await EndAsync(unit).ConfigureAwait(false);
        }
    }

    private Task<List<string>> TryOwnAsync(NodeSession session, string[] units, int most, CancellationToken cancellationToken) => ReadAsync(
        session.Connection,
        "tenant_take",
        parameters => parameters.WithTexts(units).With(most, NpgsqlDbType.Integer).WithText(_schema),
        row => row.GetString(0),
        cancellationToken);

    // A tenant that is gone, or has another database now.
    private async Task EndMovedAsync(NodeSession session, Dictionary<string, DaemonUnit> known, CancellationToken cancellationToken)
    {
        foreach (var name in Units)
        {
            if (!known.TryGetValue(name, out var unit))
            {
                await EndAsync(name).ConfigureAwait(false);
                await ReleaseAsync(session, name, cancellationToken).ConfigureAwait(false);
            }
            else if (!IsOf(unit))
            {
                await EndAsync(name).ConfigureAwait(false);
                if (!await TryBeginAsync(unit, cancellationToken).ConfigureAwait(false))
                {
                    await ReleaseAsync(session, name, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    // Whether what runs is what the map says; one that is shared learns of its tenants.
    private bool IsOf(DaemonUnit unit)
    {
        lock (_running)
        {
            if (!_shared.TryGetValue(unit.Name, out var shared))
            {
                return !unit.IsShared && _running.GetValueOrDefault(unit.Name).Ledger?.Database == unit.Tenants[0];
            }

            if (!shared.Tenants.SequenceEqual(unit.Tenants))
            {
                shared.Tenants = unit.Tenants;
            }

            return unit.ConnectionString == shared.ConnectionString;
        }
    }

    // What one tenant's database does is not in the way of the others.
    private async Task<bool> TryBeginAsync(DaemonUnit unit, CancellationToken cancellationToken)
    {
        try
        {
            await BeginAsync(unit, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            LogMessages.TenantFailed(_logger, unit.Name.Trim(), fault);
            await EndAsync(unit.Name).ConfigureAwait(false);
            return false;
        }
    }

    private async Task BeginAsync(DaemonUnit unit, CancellationToken cancellationToken)
    {
        if (unit.ConnectionString is { } all)
        {
            var shared = new SharedDaemon(all, unit.Tenants, _tenants, _daemon, _loggers, _timeProvider);
            lock (_running)
            {
                _shared[unit.Name] = shared;
            }

            return;
        }

        var database = unit.Tenants[0];
        var ledger = await _tenants.ForAsync(database, cancellationToken).ConfigureAwait(false);
        var daemon = new ProjectionDaemon(
            ledger.DataSource, ledger.Options, _daemon(database.Tenant) with { ConnectionString = null, Tenant = database.Tenant }, _loggers.CreateLogger<ProjectionDaemon>(), _timeProvider);
        lock (_running)
        {
            _running[database.Tenant] = (daemon, ledger);
        }

        await daemon.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task EndAsync(string unit)
    {
        IAsyncDisposable ended;
        lock (_running)
        {
            if (_running.Remove(unit, out var own))
            {
                ended = own.Daemon;
            }
            else if (_shared.Remove(unit, out var shared))
            {
                ended = shared;
            }
            else
            {
                return;
            }
        }

        try
        {
            await ended.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            LogMessages.TenantFailed(_logger, unit.Trim(), fault);
        }
    }

    private async Task ReleaseAsync(NodeSession session, string unit, CancellationToken cancellationToken)
    {
        if (session.IsDirect)
        {
            await ReadAsync(session.Connection, "tenant_release", parameters => parameters.WithText(unit).WithText(_schema), static _ => true, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<List<T>> ReadAsync<T>(
        NpgsqlConnection connection, string sql, Action<NpgsqlParameterCollection> add, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load(sql), connection) { CommandTimeout = _tenants.Options.Ledger.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        add(command.Parameters);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
