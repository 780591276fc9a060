using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using JasperFx.Descriptors;
using JasperFx.MultiTenancy;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Tenants;
using Marten;
using Marten.Schema;
using Marten.Storage;
using Npgsql;
using Weasel.Core.Migrations;
using Weasel.Postgresql;

namespace Ledger.Marten.Tenants;

/// <summary>Marten's tenants in one schema: each has connections of its own, on which PostgreSQL sets the tenant, so that row-level security holds Marten's statements too.</summary>
/// <remarks>To Marten it is one database. Migrations run as the role that owns the tables; the daemon connects as a role that sees the events of all. Safe for concurrent use.</remarks>
internal sealed class ConjoinedTenancy : ITenancy, ITenancyWithMasterDatabase, IAsyncDisposable
{
    private const string NoTenant = "*DEFAULT*";

    // As the native engine does by default.
    private static readonly TimeSpan MapFor = new TenantOptions().MapFor;

    private readonly ConcurrentDictionary<string, Opened> _tenants = new(StringComparer.Ordinal);
    private readonly Lazy<Tenant> _default;
    private readonly Lazy<ConjoinedMartenDatabase> _owner;
    private readonly Lazy<NpgsqlDataSource> _daemon;
    private readonly StoreOptions _options;
    private readonly ConjoinedTenants _map;
    private readonly SchemaNames _schemas;
    private readonly ConjoinedStoreOptions _connections;

    public ConjoinedTenancy(StoreOptions options, ConjoinedTenants map, PostgresOptions ledger, ConjoinedStoreOptions connections)
    {
        (_options, _map, _schemas, _connections) = (options, map, ledger.Schemas, connections);
        _owner = new Lazy<ConjoinedMartenDatabase>(() => new ConjoinedMartenDatabase(_options, PostgresDataSources.Create(_map.ConnectionString), $"{_options.StoreName} owner", null, _schemas));
        _daemon = new Lazy<NpgsqlDataSource>(DaemonSource);
        _default = new Lazy<Tenant>(() => new Tenant(
            NoTenant, new ConjoinedMartenDatabase(_options, PostgresDataSources.ForWriting(_daemon.Value), _options.StoreName, _owner.Value.DataSource, _schemas)));
    }

    /// <summary>Whether Marten's daemon can run here.</summary>
    public bool HasDaemon => _connections.DaemonConnectionString is not null;

    /// <summary>The database of all tenants, whose sessions are the daemon's alone.</summary>
    public Tenant Default => _default.Value;

    public PostgresqlDatabase TenantDatabase => _owner.Value;

    public IDocumentCleaner Cleaner => (IDocumentCleaner)Default.Database;

    public DatabaseCardinality Cardinality => DatabaseCardinality.Single;

    /// <summary>The connections of a tenant, which is looked for again after some seconds: it may have been switched off.</summary>
    /// <exception cref="UnknownTenantIdException">There is no such tenant.</exception>
    public Tenant GetTenant(string tenantId) => FindFresh(tenantId) ?? GetTenantAsync(tenantId).AsTask().GetAwaiter().GetResult();

    public async ValueTask<Tenant> GetTenantAsync(string tenantId)
    {
        if (FindFresh(tenantId) is { } known)
        {
            return known;
        }

        TenantDatabase? found;
        try
        {
            // One that is known waits on its own connections, not twice.
            found = await SharedWork.Run(() => _tenants.ContainsKey(tenantId) ? ((IPromptTenantMap)_map).FindOnceAsync(tenantId, CancellationToken.None) : _map.FindAsync(tenantId)).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is NpgsqlException or SocketException or TimeoutException && _tenants.TryGetValue(tenantId, out var last))
        {
            // Its own connections show whether the server is there, and each that is opened whether it is still a tenant.
            return last.Tenant.Value;
        }

        // Only one that was added gets connections: names may come from outside.
        if (found is null)
        {
            if (_tenants.TryGetValue(tenantId, out var gone))
            {
                ((MartenDatabase)gone.Tenant.Value.Database).DataSource.Clear();
            }

            throw new UnknownTenantIdException(tenantId);
        }

        var opened = _tenants.GetOrAdd(tenantId, _ => new Opened(new Lazy<Tenant>(() => Open(found))));
        opened.FoundAt = Stopwatch.GetTimestamp();
        return opened.Tenant.Value;
    }

    private Tenant? FindFresh(string tenantId) =>
        _tenants.TryGetValue(tenantId, out var known) && Stopwatch.GetElapsedTime(known.FoundAt) < MapFor ? known.Tenant.Value : null;

    // As in Marten's own tenancy of one database, each tenant is in it.
    public ValueTask<IMartenDatabase> FindOrCreateDatabase(string tenantIdOrDatabaseIdentifier) => new(Default.Database);

    public ValueTask<IMartenDatabase?> TryFindDatabase(string tenantIdOrDatabaseIdentifier) => new(Default.Database);

    public ValueTask<IMartenDatabase> FindDatabase(DatabaseId id) => new(Default.Database);

    /// <summary>Whether a session on a database may act for a tenant: the daemon's for any, that of a tenant for no other.</summary>
    public bool IsTenantStoredInCurrentDatabase(IMartenDatabase database, string tenantId) =>
        ReferenceEquals(database, Default.Database) || (_tenants.TryGetValue(tenantId, out var known) && ReferenceEquals(database, known.Tenant.Value.Database));

    public ValueTask<IReadOnlyList<IDatabase>> BuildDatabases() => new([(IDatabase)Default.Database]);

    public ValueTask<DatabaseUsage> DescribeDatabasesAsync(CancellationToken token) =>
        new(new DatabaseUsage { Cardinality = DatabaseCardinality.Single, MainDatabase = ((IDatabase)Default.Database).Describe() });

    public void Dispose()
    {
        foreach (var database in Databases())
        {
            database.Dispose();
        }

        if (_daemon.IsValueCreated)
        {
            _daemon.Value.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in Databases())
        {
            await database.DisposeAsync().ConfigureAwait(false);
        }

        if (_daemon.IsValueCreated)
        {
            await _daemon.Value.DisposeAsync().ConfigureAwait(false);
        }
    }

    private IEnumerable<MartenDatabase> Databases()
    {
        IEnumerable<IMartenDatabase> databases = _tenants.Values.Where(opened => opened.Tenant.IsValueCreated).Select(opened => opened.Tenant.Value.Database);
        databases = _default.IsValueCreated ? databases.Append(_default.Value.Database) : databases;
        return (_owner.IsValueCreated ? databases.Append(_owner.Value) : databases).Cast<MartenDatabase>();
    }

    private Tenant Open(TenantDatabase found)
    {
        var parts = new NpgsqlConnectionStringBuilder(found.ConnectionString);
        if (!parts.ContainsKey("Maximum Pool Size"))
        {
            parts.MaxPoolSize = _connections.ConnectionsPerTenant;
        }

        var isChecked = false;
        var source = SourceOf(parts, CheckAsync);
        return new Tenant(found.Tenant, new ConjoinedMartenDatabase(_options, source, $"{_options.StoreName} {found.Tenant}", null, _schemas));

        // The whole schema once, as the native engine does.
        async Task CheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
        {
            if (Volatile.Read(ref isChecked))
            {
                await TenancyGuard.CheckFurtherAsync(_schemas, found.Tenant, connection, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await TenancyGuard.CheckNewAsync(_schemas, found.Tenant, connection, cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref isChecked, true);
            }
        }
    }

    private NpgsqlDataSource DaemonSource() => _connections.DaemonConnectionString is { } daemon
        ? SourceOf(new NpgsqlConnectionStringBuilder(daemon) { NoResetOnClose = false }, (connection, token) => TenancyGuard.CheckAllAsync(_schemas, connection, token))
        : SourceOf(new NpgsqlConnectionStringBuilder(_map.ConnectionString), (_, _) => throw StoreConfiguration.NoDaemon());

    private static NpgsqlDataSource SourceOf(NpgsqlConnectionStringBuilder parts, Func<NpgsqlConnection, CancellationToken, Task> check)
    {
        return PostgresDataSources.Create(
            parts.ConnectionString,
            builder => builder.UsePhysicalConnectionInitializer(
                connection => SharedWork.Run(() => check(connection, CancellationToken.None)).GetAwaiter().GetResult(),
                connection => check(connection, CancellationToken.None)));
    }

    private sealed class Opened(Lazy<Tenant> tenant)
    {
        public Lazy<Tenant> Tenant => tenant;

        public long FoundAt { get; set; }
    }
}
