using System.Collections.Concurrent;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Schema;
using Ledger.Runs;
using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <summary>The logs of all tenants: a database each, or many in one schema (<see cref="ConjoinedTenants"/>).</summary>
/// <remarks>
/// Safe for concurrent use. It opens a pool for a tenant when the tenant is first asked for. A tenant whose database has changed in the map gets a new pool within <see
/// cref="TenantOptions.MapFor"/>, and at once after an append was refused by the former one; calls on the former one end with its exceptions. While the server of the map is away, a
/// tenant that is open keeps its pool, and others wait within <see cref="PostgresOptions.RetryFor"/>. Ids are unique within a tenant. In a database of its own a tenant meets nothing
/// of another; in a schema of many, row-level security sees to it.
/// </remarks>
public sealed partial class TenantLedgers : IAsyncDisposable, IDisposable
{
    private readonly ConcurrentDictionary<string, Opened> _opened = new(StringComparer.Ordinal);
    private readonly TimeProvider _timeProvider;
    private readonly TransientRetries _retries;
    private readonly KeyedLock<string> _turns = new();

    // Those whose connections stay open, the last used first.
    private readonly LinkedList<Opened> _warm = new();
    private readonly HashSet<string> _metered = new(StringComparer.Ordinal);
    private volatile bool _isDisposed;

    /// <summary>Works on the databases of a map.</summary>
    /// <param name="map">Which database each tenant has.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="PostgresOptionsException">The options have faults; all are named.</exception>
    public TenantLedgers(ITenantMap map, TenantOptions? options = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(map);
        Map = map;
        Options = (options ?? new TenantOptions()).Checked();
        if ((map is ConjoinedTenants conjoined ? conjoined.Options.Schemas : (map as TenantPool)?.Options.Schemas) is { } schemas
            && schemas != (Options.Ledger with { Tenancy = Tenancy.Conjoined }).Schemas)
        {
            throw new ArgumentException("The map of tenants has other schemas than the options of their logs.", nameof(map));
        }

        _timeProvider = timeProvider ?? TimeProvider.System;
        _retries = new TransientRetries(Options.Ledger, _timeProvider);
    }

    /// <summary>Which database each tenant has.</summary>
    public ITenantMap Map { get; }

    internal TenantOptions Options { get; }

    /// <summary>The log of a tenant.</summary>
    /// <exception cref="TenantNotFoundException">There is no such tenant.</exception>
    /// <exception cref="InvalidOperationException">The map gives it the database of another tenant.</exception>
    public async ValueTask<TenantLedger> ForTenantAsync(string tenant, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (FindFresh(tenant) is { } known)
        {
            return known;
        }

        // Each caller waits for itself, not for those before it too.
        var since = _timeProvider.GetTimestamp();
        try
        {
            return await FindInTurnAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (TransientFaults.CannotOpenYet(fault) && _retries.IsInTime(since))
        {
            return await _retries.ExecuteAsync(_ => FindInTurnAsync(), since, fault, TransientFaults.CannotOpenYet, cancellationToken).ConfigureAwait(false);
        }

        Task<TenantLedger> FindInTurnAsync() => _turns.TakeAsync(tenant, () => FindAsync(tenant, cancellationToken), cancellationToken);
    }

    /// <summary>The log of a tenant of whom the map has just told.</summary>
    internal Task<TenantLedger> ForAsync(TenantDatabase database, CancellationToken cancellationToken) =>
        _turns.TakeAsync(database.Tenant, () => OpenAsync(database), cancellationToken);

    /// <summary>Does something for every tenant, for some at a time. A fault of one does not stop the others.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="parallelism">For how many at a time, 1 or more.</param>
    /// <param name="progress">Receives each tenant that is finished, or null.</param>
    /// <param name="cancellationToken">Begins no further tenant, and cancels the work.</param>
    /// <returns>The outcome of every tenant, by name.</returns>
    public async Task<IReadOnlyList<TenantProgress>> ForEachAsync(
        Func<TenantLedger, CancellationToken, Task> work,
        int parallelism = 4,
        IProgress<TenantProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        var tenants = await Map.ListAsync(cancellationToken).ConfigureAwait(false);
        var (done, outcomes) = (0, new ConcurrentBag<TenantProgress>());
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(tenants, options, async (tenant, token) =>
        {
            Exception? fault = null;
            try
            {
                await work(await ForTenantAsync(tenant.Tenant, token).ConfigureAwait(false), token).ConfigureAwait(false);
            }
            catch (Exception failed) when (!token.IsCancellationRequested)
            {
                fault = failed;
            }

            var outcome = new TenantProgress(tenant.Tenant, Interlocked.Increment(ref done), tenants.Count, fault);
            outcomes.Add(outcome);
            progress?.Report(outcome);
        }).ConfigureAwait(false);
        return [.. outcomes.OrderBy(outcome => outcome.Tenant, StringComparer.Ordinal)];
    }

    /// <summary>Migrates the databases of all tenants, or of a <see cref="TenantPool"/> its databases. Those that are up to date are left alone, so that a later call continues where one was stopped or failed.</summary>
    /// <returns>The outcome of every tenant, by name.</returns>
    /// <exception cref="TenancyException">The tenants share a schema, which a <see cref="LedgerMigrator"/> migrates once.</exception>
    public Task<IReadOnlyList<TenantProgress>> MigrateAsync(
        int parallelism = 4, IProgress<TenantProgress>? progress = null, CancellationToken cancellationToken = default) => Map is TenantPool pool
        ? pool.MigrateAsync(progress, cancellationToken)
        : Map is ConjoinedTenants
        ? throw new TenancyException("The tenants share a schema, which is migrated once: by LedgerMigrator, or by 'ledger migrate apply'.")
        : ForEachAsync((tenant, token) => tenant.Migrator.ApplyAsync(token), parallelism, progress, cancellationToken);

    /// <summary>Copies the log of a tenant to another database, proves that nothing is missing, refuses further writes to the former one, and changes the map.</summary>
    /// <remarks>
    /// <para>Appends of the tenant wait meanwhile, each at most its own command timeout; questions do not. Everything in the schemas of the log is copied, records, tasks,
    /// documents and positions too, in one transaction. The number of rows and a sum of their hashes are compared table by table. The former database stays as it is, keys
    /// of subjects included, and every table of it refuses writes with SQLSTATE LG042.</para>
    /// <para>The target is migrated first by its own role, which then owns the tables. Copying needs the right to set <c>session_replication_role</c> there, which the
    /// administrator's connection may have, and to own the tables in the former database. A map that is neither a <see cref="TenantTable"/> nor a <see cref="TenantPool"/> is changed by the caller, who also sees
    /// to it that no other tenant gets the target meanwhile.</para>
    /// <para>Out of a schema of many tenants, or into one (a connection string with <c>Options=-c ledger.tenant=NAME</c>), the tenant's appends are refused with LG042 while it is copied. No other tenant
    /// waits for the copy; before it, all wait for the running transactions of the schema. In a schema of many the events get other numbers, in their order, and the administrator must be a superuser. A sealed log can leave a schema of many, with its tree and checkpoints, and not come into one. Former rows stay, and a tenant that has left a schema of many is switched off there.</para>
    /// <para>Interrupted, it is called again: until the former database refuses writes, the tenant keeps it, and the unfinished copy is made again; afterwards both are
    /// compared again, and only the map is changed.</para>
    /// </remarks>
    /// <param name="tenant">Which tenant.</param>
    /// <param name="connectionString">The database that it gets, as the map will have it: empty, or with the tables and no rows.</param>
    /// <param name="administrator">The same database as a role that may copy; null if the other may.</param>
    /// <param name="cancellationToken">Stops; nothing is changed, unless the copy was already committed.</param>
    /// <returns>The tables with the proof of each.</returns>
    /// <exception cref="TenantNotFoundException">There is no such tenant.</exception>
    /// <exception cref="TenantMoveException">The target is another tenant's, is not empty or has other tables, a sealed log would come into a schema of many, the log is being moved or deleted, or the copy is not the same.</exception>
    public async Task<TenantMove> MoveAsync(string tenant, string connectionString, string? administrator = null, CancellationToken cancellationToken = default)
    {
        var target = new TenantDatabase(tenant, connectionString);
        var source = await Map.FindAsync(tenant, cancellationToken).ConfigureAwait(false) ?? throw new TenantNotFoundException(tenant);
        if (source.Place == target.Place
            || (await DatabaseIdentity.FindAsync(target.ConnectionString, Options.Ledger, cancellationToken).ConfigureAwait(false) is { } identity
                && await DatabaseIdentity.FindAsync(source.ConnectionString, Options.Ledger, cancellationToken).ConfigureAwait(false) == identity))
        {
            throw new TenantMoveException($"The tenant '{tenant}' already has the database '{target.Place}'.");
        }

        if (administrator is not null
            && await DatabaseIdentity.FindAsync(administrator, Options.Ledger, cancellationToken).ConfigureAwait(false)
                != await DatabaseIdentity.FindAsync(target.ConnectionString, Options.Ledger, cancellationToken).ConfigureAwait(false))
        {
            throw new TenantMoveException($"The connection of the administrator leads to another database than '{target.Place}'. Nothing was changed.");
        }

        Func<CancellationToken, Task<IReadOnlyList<CopiedTable>>> copy = source.IsConjoined || target.IsConjoined
            ? new ConjoinedMove(source, target, administrator ?? connectionString, Options.Ledger).RunAsync
            : new TenantCopy(source, target, administrator ?? connectionString, Options.Ledger).RunAsync;
        IReadOnlyList<CopiedTable> tables;
        if (Map is TenantTable table)
        {
            var reservation = await table.ReserveAsync(target, cancellationToken).ConfigureAwait(false);
            await using var _ = reservation.ConfigureAwait(false);
            tables = await copy(cancellationToken).ConfigureAwait(false);
            await reservation.SetAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (Map is TenantPool pool)
        {
            await pool.DatabaseOfAsync(target, cancellationToken).ConfigureAwait(false);
            tables = await copy(cancellationToken).ConfigureAwait(false);
            await pool.ReassignAsync(target, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            tables = await copy(cancellationToken).ConfigureAwait(false);
        }

        await CloseAsync(tenant).ConfigureAwait(false);
        return new TenantMove(tenant, source.Place, target.Place, tables);
    }

    /// <summary>Adds a tenant to the <see cref="TenantTable"/> after its database was checked and migrated.</summary>
    /// <param name="tenant">The tenant and its database.</param>
    /// <param name="existing">What becomes of a log that the database already has.</param>
    /// <param name="cancellationToken">Stops; the table is not changed.</param>
    /// <exception cref="InvalidOperationException">The map is not a <see cref="TenantTable"/>.</exception>
    /// <exception cref="TenantMoveException">Another tenant has the database, or had it when it was switched off; or it has a log.</exception>
    public async Task AddAsync(TenantDatabase tenant, ExistingLog existing = ExistingLog.Refused, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        if (tenant.IsConjoined)
        {
            throw new TenancyException("A log in a schema of many is added by ConjoinedTenants, or by 'ledger tenants add NAME' without a database.");
        }

        var table = Map as TenantTable ?? throw new InvalidOperationException("The map of tenants is not a table, and is changed where it is kept.");
        var reservation = await table.ReserveAsync(tenant, cancellationToken).ConfigureAwait(false);
        await using var _ = reservation.ConfigureAwait(false);
        var dataSource = PostgresDataSources.Create(new NpgsqlConnectionStringBuilder(tenant.ConnectionString) { Pooling = false }.ConnectionString);
        await using var __ = dataSource.ConfigureAwait(false);
        var mayHaveLog = existing == ExistingLog.Taken || await table.HasAsync(tenant, cancellationToken).ConfigureAwait(false);
        if (await TenantCopy.WhyNotAddedAsync(tenant, dataSource, Options.Ledger, mayHaveLog, cancellationToken).ConfigureAwait(false) is { } reason)
        {
            throw new TenantMoveException(reason);
        }

        await new LedgerMigrator(dataSource, Options.Ledger).ApplyAsync(cancellationToken).ConfigureAwait(false);
        await reservation.SetAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes all pools; calls in progress end with exceptions.</summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        foreach (var tenant in _opened.Keys)
        {
            await CloseAsync(tenant).ConfigureAwait(false);
        }
    }

    /// <summary>Closes all pools without waiting.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        foreach (var tenant in _opened.Keys)
        {
            if (_opened.TryRemove(tenant, out var opened))
            {
                opened.Ledger.Store.Dispose();
                opened.Owned.Dispose();
            }
        }
    }

    // Within the lock of turns. A collector keeps what it is told for long, so that the names do not grow without end.
    private string? NameInMetrics(string tenant)
    {
        if (Options.MeteredTenants == 0)
        {
            return null;
        }

        return _metered.Contains(tenant) || (_metered.Count < Options.MeteredTenants && _metered.Add(tenant)) ? tenant : "other";
    }

    private string PooledOf(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        if (!parts.ContainsKey("Maximum Pool Size"))
        {
            parts.MaxPoolSize = Options.ConnectionsPerTenant;
        }

        if (TenantSetting.Of(connectionString) is not null)
        {
            // What a caller sets on a connection must not stay for the next one.
            parts.NoResetOnClose = false;
        }

        return parts.ConnectionString;
    }

    // The idle connections of tenants that were not used for long make room for those of others.
    private void Use(Opened used)
    {
        Opened? cold = null;
        lock (_warm)
        {
            if (used.Place.List is not null)
            {
                _warm.Remove(used.Place);
            }

            _warm.AddFirst(used.Place);
            if (_warm.Count > Options.WarmTenants)
            {
                cold = _warm.Last!.Value;
                _warm.RemoveLast();
            }
        }

        cold?.Owned.Clear();
    }

    private async Task CloseAsync(string tenant)
    {
        if (_opened.TryRemove(tenant, out var opened))
        {
            lock (_warm)
            {
                if (opened.Place.List is not null)
                {
                    _warm.Remove(opened.Place);
                }
            }

            await opened.Ledger.Store.DisposeAsync().ConfigureAwait(false);
            await opened.Owned.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class Opened
    {
        public Opened(TenantLedger ledger, NpgsqlDataSource owned, long foundAt)
        {
            (Ledger, Owned, FoundAt) = (ledger, owned, foundAt);
            Place = new LinkedListNode<Opened>(this);
        }

        public TenantLedger Ledger { get; }

        public NpgsqlDataSource Owned { get; }

        public LinkedListNode<Opened> Place { get; }

        public long FoundAt { get; set; }

        /// <summary>How often its database said that the log has moved, and how many of these the map has been asked about.</summary>
        public int Doubts;

        public volatile int Settled;

        public bool IsDoubtful => Volatile.Read(ref Doubts) != Settled;
    }
}
