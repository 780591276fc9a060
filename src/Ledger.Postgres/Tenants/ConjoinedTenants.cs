using Ledger.Postgres.Connecting;
using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <summary>The tenants whose logs are in one schema: <see cref="Tenancy.Conjoined"/>.</summary>
/// <remarks>
/// Each tenant gets connections of its own, on which PostgreSQL itself sets the tenant: row-level security then shows the rows of that tenant, whatever a statement
/// asks for. The role must be neither a superuser nor have BYPASSRLS, and a pooler must pass <c>options</c> on. Safe for concurrent use.
/// </remarks>
public sealed partial class ConjoinedTenants : IPromptTenantMap, IAsyncDisposable, IDisposable
{
    private readonly string _connectionString;
    private readonly NpgsqlDataSource _dataSource;

    /// <summary>Works on a schema.</summary>
    /// <param name="connectionString">The database, as Npgsql writes it, without a tenant.</param>
    /// <param name="options">The names of the schemas, and how long calls wait for the server; null for the defaults.</param>
    /// <exception cref="ArgumentException">It is no connection string, or names a tenant.</exception>
    /// <exception cref="PostgresOptionsException">The options have a fault.</exception>
    public ConjoinedTenants(string connectionString, PostgresOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        if (TenantSetting.Of(connectionString) is { } tenant)
        {
            throw new ArgumentException($"The connection string names the tenant '{tenant}'; leave it out, and ask for the tenant by its name.");
        }

        Options = ((options ?? new PostgresOptions()) with { Tenancy = Tenancy.Conjoined }).Checked();
        _connectionString = connectionString;
        _dataSource = PostgresDataSources.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 2 }.ConnectionString);
    }

    internal PostgresOptions Options { get; }

    internal string Place => TenantDatabase.PlaceOf(_connectionString);

    /// <summary>How to connect as the role of the programs, without a tenant.</summary>
    internal string ConnectionString => _connectionString;

    /// <summary>Whether the schema is there, with the logs of many tenants.</summary>
    public Task<bool> ExistsAsync(CancellationToken cancellationToken = default) => Connections.UseAsync(
        PostgresDataSources.ForWriting(_dataSource),
        Options,
        async (connection, token) => (await TenancyGuard.ReadAsync(connection, Options.Schemas, token).ConfigureAwait(false)).IsConjoined,
        cancellationToken);

    /// <inheritdoc/>
    public Task<TenantDatabase?> FindAsync(string tenant, CancellationToken cancellationToken = default) => FindAsync(tenant, Options, cancellationToken);

    Task<TenantDatabase?> IPromptTenantMap.FindOnceAsync(string tenant, CancellationToken cancellationToken) =>
        FindAsync(tenant, Options with { RetryFor = TimeSpan.Zero }, cancellationToken);

    private Task<TenantDatabase?> FindAsync(string tenant, PostgresOptions patience, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        return UseAsync(FindAsync, patience, cancellationToken);

        async Task<TenantDatabase?> FindAsync(NpgsqlConnection connection, CancellationToken token)
        {
            // A role that does not own the tables sees the tenant of its session alone.
            var batch = BatchFor(connection, tenant, "find_conjoined_tenant");
            batch.BatchCommands[1].Parameters.Add(new NpgsqlParameter { Value = tenant });
            await using var _ = batch.ConfigureAwait(false);
            var reader = await batch.ExecuteReaderAsync(token).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            await reader.NextResultAsync(token).ConfigureAwait(false);
            return await reader.ReadAsync(token).ConfigureAwait(false) ? DatabaseOf(tenant) : null;
        }
    }

    /// <summary>All tenants, by name.</summary>
    /// <exception cref="TenancyException">The role does not own the tables, and so sees no tenant but its own.</exception>
    public Task<IReadOnlyList<TenantDatabase>> ListAsync(CancellationToken cancellationToken = default) => UseAsync<IReadOnlyList<TenantDatabase>>(
        async (connection, token) =>
        {
            var command = Command(connection, "list_conjoined_tenants");
            await using var _ = command.ConfigureAwait(false);
            var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            var tenants = new List<TenantDatabase>();
            while (await reader.ReadAsync(token).ConfigureAwait(false))
            {
                if (!reader.GetBoolean(1))
                {
                    throw new TenancyException("Only the role that owns the tables sees the list of tenants. Connect as that role, or ask for a tenant by its name.");
                }

                if (!reader.IsDBNull(0))
                {
                    tenants.Add(DatabaseOf(reader.GetString(0)));
                }
            }

            return tenants;
        },
        cancellationToken);

    /// <summary>Adds a tenant, or switches one on again with the log that it had. One that is there stays as it is.</summary>
    /// <remarks>Only the role that owns the tables may.</remarks>
    /// <param name="tenant">The name, 1 to 200 characters without control characters.</param>
    /// <param name="cancellationToken">Stops; nothing is changed.</param>
    /// <returns>The tenant and its connections.</returns>
    /// <exception cref="ArgumentException">The name cannot be one.</exception>
    /// <exception cref="TenancyException">The schema has one log.</exception>
    public Task<TenantDatabase> AddAsync(string tenant, CancellationToken cancellationToken = default)
    {
        var database = DatabaseOf(tenant);
        return UseAsync(AddAsync, cancellationToken);

        async Task<TenantDatabase> AddAsync(NpgsqlConnection connection, CancellationToken token)
        {
            var batch = BatchFor(connection, tenant, "add_conjoined_tenant");
            await using var _ = batch.ConfigureAwait(false);
            await batch.ExecuteNonQueryAsync(token).ConfigureAwait(false);
            return database;
        }
    }

    /// <summary>Switches a tenant off: it is no longer found. Its log stays in the tables.</summary>
    /// <remarks>Only the role that owns the tables may. Connections that are open stay open.</remarks>
    /// <returns>Whether there was one.</returns>
    public Task<bool> DisableAsync(string tenant, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        return UseAsync(
            async (connection, token) =>
            {
                var command = Command(connection, "disable_conjoined_tenant");
                await using var _ = command.ConfigureAwait(false);
                command.Parameters.Add(new NpgsqlParameter { Value = tenant });
                return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false) > 0;
            },
            cancellationToken);
    }

    /// <summary>Deletes everything that a tenant has in the schema for good, in one transaction: its log, records, tasks, documents and keys. It must be switched off.</summary>
    /// <remarks>End its programs first: connections that were open when it was switched off can still write. What they write meanwhile makes the call fail, and it is called again. Of other tenants nothing changes;
    /// at the end their appends wait for the running ones, at most ten seconds. Tables of the application are the application's to empty. What has moved to another place is not looked at.</remarks>
    /// <param name="tenant">The tenant.</param>
    /// <param name="administrator">The same database as a superuser, because neither triggers nor foreign keys may stop it.</param>
    /// <param name="cancellationToken">Stops; nothing is deleted.</param>
    /// <returns>How many rows were deleted.</returns>
    /// <exception cref="TenantNotFoundException">There is no such tenant.</exception>
    /// <exception cref="TenancyException">The tenant is not switched off, is being moved, or was written to meanwhile; or the administrator's connection leads to another database.</exception>
    public Task<long> DeleteAsync(string tenant, string administrator, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(administrator);
        return new ConjoinedDeletion(DatabaseOf(tenant), administrator, Options).RunAsync(cancellationToken);
    }

    /// <summary>Closes its own connections, not those of tenants.</summary>
    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => _dataSource.Dispose();

    // In one transaction, the rest of which is about the tenant.
    private NpgsqlBatch BatchFor(NpgsqlConnection connection, string tenant, string sql) => new(connection)
    {
        Timeout = Options.CommandTimeoutSeconds,
        BatchCommands =
        {
            new(SqlText.Load("use_tenant")) { Parameters = { new() { Value = tenant } } },
            new(SqlText.Load(sql, Options.Schemas)),
        },
    };

    private TenantDatabase DatabaseOf(string tenant)
    {
        if (string.IsNullOrWhiteSpace(tenant))
        {
            throw new ArgumentException("The name of a tenant is not blank.");
        }

        return new TenantDatabase(tenant, TenantSetting.With(_connectionString, tenant));
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(SqlText.Load(sql, Options.Schemas), connection) { CommandTimeout = Options.CommandTimeoutSeconds };

    private Task<T> UseAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken) => UseAsync(use, Options, cancellationToken);

    private Task<T> UseAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> use, PostgresOptions patience, CancellationToken cancellationToken) => Connections.UseAsync(
        PostgresDataSources.ForWriting(_dataSource),
        patience,
        async (connection, token) =>
        {
            var found = await TenancyGuard.ReadAsync(connection, Options.Schemas, token).ConfigureAwait(false);
            return found.IsConjoined
                ? await use(connection, token).ConfigureAwait(false)
                : throw TenancyGuard.NotThere(Options.Schemas);
        },
        cancellationToken);
}
