using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Schema;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Tenants;

/// <summary>Databases with many tenants each, in tables of a master database: those of Marten's <c>MultiTenantedWithShardedDatabases</c>, <c>mt_database_pool</c> and <c>mt_tenant_assignments</c>.</summary>
/// <remarks>Each database has a schema with the logs of many tenants; see <see cref="ConjoinedTenants"/>. A new tenant comes into the one that has the fewest. Safe for concurrent use, in several programs too. It does
/// not own the data source. The connection strings may hold passwords: the tables are for those who may have them.</remarks>
public sealed class TenantPool : IPromptTenantMap
{
    private readonly NpgsqlDataSource _master;
    private readonly SchemaNames _schemas;
    private readonly PostgresOptions _options;

    /// <summary>Reads and writes the tables.</summary>
    /// <param name="master">The master database.</param>
    /// <param name="options">The names of the schemas in the databases of the pool, and how long calls wait for the servers; null for the defaults.</param>
    /// <param name="schema">The schema of the tables in the master database.</param>
    /// <exception cref="PostgresOptionsException">The options have a fault.</exception>
    public TenantPool(NpgsqlDataSource master, PostgresOptions? options = null, string schema = "public")
    {
        ArgumentNullException.ThrowIfNull(master);
        ArgumentException.ThrowIfNullOrEmpty(schema);
        _master = PostgresDataSources.ForWriting(master);
        _schemas = new SchemaNames(schema, schema);
        _options = ((options ?? new PostgresOptions()) with { Tenancy = Tenancy.Conjoined }).Checked();
    }

    internal PostgresOptions Options => _options;

    /// <summary>The schemas of a database that have such tables.</summary>
    public static Task<IReadOnlyList<string>> FindSchemasAsync(NpgsqlDataSource master, CancellationToken cancellationToken = default) =>
        FindSchemasAsync(master, new PostgresOptions(), cancellationToken);

    /// <summary>The schemas of a database that have such tables.</summary>
    /// <param name="master">The database.</param>
    /// <param name="options">Their <see cref="PostgresOptions.RetryFor"/> counts; no other is read.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static Task<IReadOnlyList<string>> FindSchemasAsync(NpgsqlDataSource master, PostgresOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(master);
        ArgumentNullException.ThrowIfNull(options);
        return Connections.UseAsync<IReadOnlyList<string>>(
            PostgresDataSources.ForWriting(master),
            options.Checked(),
            async (connection, token) => await ListAsync(new NpgsqlCommand(SqlText.Load("find_tenant_pools"), connection), row => row.GetString(0), token).ConfigureAwait(false),
            cancellationToken);
    }

    /// <summary>Makes the tables if they are missing.</summary>
    public Task CreateAsync(CancellationToken cancellationToken = default) => UseAsync((connection, token) => ExecuteAsync(connection, "create_tenant_pool", _ => { }, token), cancellationToken);

    /// <summary>Migrates a database to a schema with the logs of many tenants, and adds it to the pool.</summary>
    /// <remarks>The role must be neither a superuser nor have BYPASSRLS. A name that is there gets the other connection string, of the same database.</remarks>
    /// <param name="name">Its name in the pool.</param>
    /// <param name="connectionString">The database, as Npgsql writes it, without a tenant.</param>
    /// <param name="cancellationToken">Stops; the pool is not changed.</param>
    /// <exception cref="ArgumentException">The connection string is not one, or names a tenant.</exception>
    /// <exception cref="TenancyException">The schema has a log already, or the role is not held to row-level security.</exception>
    public async Task AddDatabaseAsync(string name, string connectionString, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var tenants = new ConjoinedTenants(connectionString, _options);
        await using var _ = tenants.ConfigureAwait(false);
        await MigrateAsync(connectionString, cancellationToken).ConfigureAwait(false);
        await UseAsync((connection, token) => ExecuteAsync(connection, "pool_add_database", command => command.WithText(name).WithText(connectionString), token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets a database take no more tenants; those that it has stay.</summary>
    /// <returns>Whether there is one of that name.</returns>
    public Task<bool> FillDatabaseAsync(string name, CancellationToken cancellationToken = default) => SetFullAsync(name, isFull: true, cancellationToken);

    /// <summary>Lets a database take tenants again.</summary>
    /// <returns>Whether there is one of that name.</returns>
    public Task<bool> OpenDatabaseAsync(string name, CancellationToken cancellationToken = default) => SetFullAsync(name, isFull: false, cancellationToken);

    /// <summary>The databases, by name.</summary>
    public Task<IReadOnlyList<PooledDatabase>> ListDatabasesAsync(CancellationToken cancellationToken = default) => UseAsync<IReadOnlyList<PooledDatabase>>(
        async (connection, token) => await ListAsync(
            Command(connection, "pool_databases"), row => new PooledDatabase(row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetInt32(3)), token).ConfigureAwait(false),
        cancellationToken);

    /// <summary>Migrates the databases, one after the other. One that fails does not stop the others, and one that is up to date is left alone, so that a later call goes on.</summary>
    /// <param name="progress">Receives each database that is finished, or null.</param>
    /// <param name="cancellationToken">Begins no further database, and cancels the work.</param>
    /// <returns>The outcome of every database, under its name.</returns>
    public async Task<IReadOnlyList<TenantProgress>> MigrateAsync(IProgress<TenantProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var databases = await ListDatabasesAsync(cancellationToken).ConfigureAwait(false);
        var outcomes = new List<TenantProgress>();
        foreach (var database in databases)
        {
            Exception? fault = null;
            try
            {
                await MigrateAsync(database.ConnectionString, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failed) when (!cancellationToken.IsCancellationRequested)
            {
                fault = failed;
            }

            var outcome = new TenantProgress(database.Name, outcomes.Count + 1, databases.Count, fault);
            outcomes.Add(outcome);
            progress?.Report(outcome);
        }

        return outcomes;
    }

    /// <summary>Adds a tenant in the database with the fewest, or switches one on again where its log is. One that is there stays where it is.</summary>
    /// <param name="tenant">The name, 1 to 200 characters without control characters.</param>
    /// <param name="cancellationToken">Stops; the tenant is not assigned.</param>
    /// <returns>The tenant and its connections.</returns>
    /// <exception cref="ArgumentException">The name cannot be one.</exception>
    /// <exception cref="TenancyException">No database takes more tenants.</exception>
    public Task<TenantDatabase> AddAsync(string tenant, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tenant);
        return UseAsync(AddAsync, cancellationToken);

        async Task<TenantDatabase> AddAsync(NpgsqlConnection connection, CancellationToken token)
        {
            var transaction = await connection.BeginTransactionAsync(token).ConfigureAwait(false);
            await using var _ = transaction.ConfigureAwait(false);
            await ExecuteAsync(connection, "pool_lock", _ => { }, token).ConfigureAwait(false);
            var (name, connectionString) = (await FindRowAsync(connection, tenant, token).ConfigureAwait(false)) is { } known
                ? (known.Database, known.ConnectionString)
                : await ListAsync(Command(connection, "pool_choose"), row => (row.GetString(0), row.GetString(1)), token).ConfigureAwait(false) is [var chosen] ? chosen
                : throw new TenancyException("No database of the pool takes more tenants. Add one, or open one that is full.");
            var tenants = new ConjoinedTenants(connectionString, _options);
            await using var __ = tenants.ConfigureAwait(false);
            var added = await tenants.AddAsync(tenant, token).ConfigureAwait(false);
            await AssignAsync(connection, tenant, name, token).ConfigureAwait(false);
            await transaction.CommitAsync(token).ConfigureAwait(false);
            return added;
        }
    }

    /// <summary>Switches a tenant off: it is no longer found. Its log stays where it is.</summary>
    /// <exception cref="TenantNotFoundException">There is no such tenant.</exception>
    public Task DisableAsync(string tenant, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        return UseAsync(
            async (connection, token) =>
            {
                if (await ExecuteAsync(connection, "pool_disable", command => command.WithText(tenant), token).ConfigureAwait(false) == 0)
                {
                    throw new TenantNotFoundException(tenant);
                }

                return await ExecuteAsync(connection, "pool_count", _ => { }, token).ConfigureAwait(false);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<TenantDatabase?> FindAsync(string tenant, CancellationToken cancellationToken = default) => FindAsync(tenant, _options, cancellationToken);

    Task<TenantDatabase?> IPromptTenantMap.FindOnceAsync(string tenant, CancellationToken cancellationToken) =>
        FindAsync(tenant, _options with { RetryFor = TimeSpan.Zero }, cancellationToken);

    private Task<TenantDatabase?> FindAsync(string tenant, PostgresOptions patience, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        return Connections.UseAsync(
            _master,
            patience,
            async (connection, token) => await FindRowAsync(connection, tenant, token).ConfigureAwait(false) is { IsOff: false } found
                ? new TenantDatabase(tenant, TenantSetting.With(found.ConnectionString, tenant))
                : null,
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<TenantDatabase>> ListAsync(CancellationToken cancellationToken = default) => UseAsync<IReadOnlyList<TenantDatabase>>(
        async (connection, token) => await ListAsync(
            Command(connection, "pool_list_tenants"), row => new TenantDatabase(row.GetString(0), TenantSetting.With(row.GetString(1), row.GetString(0))), token).ConfigureAwait(false),
        cancellationToken);

    /// <summary>How a tenant is reached in a database of the pool, wherever it is now: where <see cref="TenantLedgers.MoveAsync"/> takes it.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="database">The name of the database in the pool.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The tenant there; null if the pool has no such database.</returns>
    public async Task<TenantDatabase?> FindPlaceAsync(string tenant, string database, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        ArgumentException.ThrowIfNullOrEmpty(database);
        return (await ListDatabasesAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(known => known.Name == database) is { } found
            ? new TenantDatabase(tenant, TenantSetting.With(found.ConnectionString, tenant))
            : null;
    }

    /// <summary>Notes that a tenant has moved.</summary>
    /// <exception cref="TenantMoveException">The place is not that of a database of the pool.</exception>
    internal Task ReassignAsync(TenantDatabase target, CancellationToken cancellationToken) => UseAsync(
        async (connection, token) =>
        {
            var transaction = await connection.BeginTransactionAsync(token).ConfigureAwait(false);
            await using var _ = transaction.ConfigureAwait(false);
            await ExecuteAsync(connection, "pool_lock", _ => { }, token).ConfigureAwait(false);
            await AssignAsync(connection, target.Tenant, (await DatabaseOfAsync(connection, target, token).ConfigureAwait(false)).Name, token).ConfigureAwait(false);
            await transaction.CommitAsync(token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>The database of the pool at the place of a tenant's log.</summary>
    /// <exception cref="TenantMoveException">There is none.</exception>
    internal Task<PooledDatabase> DatabaseOfAsync(TenantDatabase target, CancellationToken cancellationToken) =>
        UseAsync((connection, token) => DatabaseOfAsync(connection, target, token), cancellationToken);

    private async Task<PooledDatabase> DatabaseOfAsync(NpgsqlConnection connection, TenantDatabase target, CancellationToken cancellationToken)
    {
        var databases = await ListAsync(
            Command(connection, "pool_databases"), row => new PooledDatabase(row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetInt32(3)), cancellationToken).ConfigureAwait(false);
        return databases.Find(database => target.Place == TenantDatabase.PlaceOf(TenantSetting.With(database.ConnectionString, target.Tenant)))
            ?? throw new TenantMoveException($"'{target.Place}' is not the place of the tenant in a database of the pool. Nothing was changed. Add the database first.");
    }

    private async Task MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        var dataSource = PostgresDataSources.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await using var _ = dataSource.ConfigureAwait(false);
        await new LedgerMigrator(dataSource, _options).ApplyAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task AssignAsync(NpgsqlConnection connection, string tenant, string database, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, "pool_assign", command => command.WithText(tenant).WithText(database), cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, "pool_count", _ => { }, cancellationToken).ConfigureAwait(false);
    }

    private Task<bool> SetFullAsync(string name, bool isFull, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return UseAsync(
            async (connection, token) =>
                await ExecuteAsync(connection, "pool_set_full", command => command.WithText(name).With(isFull, NpgsqlDbType.Boolean), token).ConfigureAwait(false) > 0,
            cancellationToken);
    }

    private async Task<Assignment?> FindRowAsync(NpgsqlConnection connection, string tenant, CancellationToken cancellationToken)
    {
        var command = Command(connection, "pool_find_tenant");
        command.WithText(tenant);
        return (await ListAsync(command, row => new Assignment(row.GetString(0), row.GetString(1), row.GetBoolean(2)), cancellationToken).ConfigureAwait(false)).FirstOrDefault();
    }

    private async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, Action<NpgsqlCommand> add, CancellationToken cancellationToken)
    {
        var command = Command(connection, sql);
        await using var _ = command.ConfigureAwait(false);
        add(command);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<List<T>> ListAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(SqlText.Load(sql, _schemas), connection) { CommandTimeout = _options.CommandTimeoutSeconds };

    private Task<T> UseAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken) => Connections.UseAsync(_master, _options, use, cancellationToken);

    private sealed record Assignment(string Database, string ConnectionString, bool IsOff);
}
