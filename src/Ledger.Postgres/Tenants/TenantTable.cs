using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <summary>Tenants in a table of a master database: <c>mt_tenant_databases</c>, which is that of Marten's <c>MultiTenantedDatabasesWithMasterDatabaseTable</c>.</summary>
/// <remarks>Safe for concurrent use, in several programs too. It does not own the data source. A connection string in the table may hold a password: the table is for
/// those who may have it.</remarks>
public sealed class TenantTable : IPromptTenantMap
{
    private readonly NpgsqlDataSource _master;
    private readonly SchemaNames _schemas;
    private readonly PostgresOptions _options;

    /// <summary>Reads and writes the table.</summary>
    /// <param name="master">The master database.</param>
    /// <param name="schema">The schema of the table.</param>
    public TenantTable(NpgsqlDataSource master, string schema = "public")
        : this(master, new PostgresOptions(), schema)
    {
    }

    /// <summary>Reads and writes the table, and waits for the master database as the options say.</summary>
    /// <param name="master">The master database.</param>
    /// <param name="options">Their <see cref="PostgresOptions.RetryFor"/> counts; no other is read.</param>
    /// <param name="schema">The schema of the table.</param>
    /// <exception cref="PostgresOptionsException">The options have a fault.</exception>
    public TenantTable(NpgsqlDataSource master, PostgresOptions options, string schema = "public")
    {
        ArgumentNullException.ThrowIfNull(master);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(schema);
        _options = options.Checked();
        _master = PostgresDataSources.ForWriting(master);
        _schemas = new SchemaNames(schema, schema);
    }

    /// <summary>The schemas of a database that have such a table.</summary>
    public static Task<IReadOnlyList<string>> FindSchemasAsync(NpgsqlDataSource master, CancellationToken cancellationToken = default) =>
        FindSchemasAsync(master, new PostgresOptions(), cancellationToken);

    /// <summary>The schemas of a database that have such a table.</summary>
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
            async (connection, token) =>
            {
                var schemas = new List<string>();
                await ReadAsync(connection, null, SqlText.Load("find_tenant_tables"), null, row => schemas.Add(row.GetString(0)), token).ConfigureAwait(false);
                return schemas;
            },
            cancellationToken);
    }

    /// <summary>Makes the table if it is missing.</summary>
    public Task CreateAsync(CancellationToken cancellationToken = default) => Connections.UseAsync(
        _master,
        _options,
        async (connection, token) =>
        {
            var command = new NpgsqlCommand(SqlText.Load("create_tenant_table", _schemas), connection);
            await using var _ = command.ConfigureAwait(false);
            return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        },
        cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The row of the tenant is not right.</exception>
    public Task<TenantDatabase?> FindAsync(string tenant, CancellationToken cancellationToken = default) => FindAsync(tenant, _options, cancellationToken);

    Task<TenantDatabase?> IPromptTenantMap.FindOnceAsync(string tenant, CancellationToken cancellationToken) =>
        FindAsync(tenant, _options with { RetryFor = TimeSpan.Zero }, cancellationToken);

    private Task<TenantDatabase?> FindAsync(string tenant, PostgresOptions patience, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return Connections.UseAsync(
            _master,
            patience,
            async (connection, token) =>
            {
                Row? found = null;
                await ReadAsync(connection, null, SqlText.Load("find_tenant", _schemas), tenant, row => found = Row.Of(row.GetString(0), row.GetString(1), isOff: false), token)
                    .ConfigureAwait(false);
                return found is { Fault: { } fault } ? throw new InvalidOperationException(fault) : found?.Database;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>A row that is not right is left out, so that it does not stop the others; see <see cref="FindFaultsAsync"/>.</remarks>
    public Task<IReadOnlyList<TenantDatabase>> ListAsync(CancellationToken cancellationToken = default) => Connections.UseAsync<IReadOnlyList<TenantDatabase>>(
        _master,
        _options,
        async (connection, token) =>
            [.. (await ListAllAsync(connection, null, token).ConfigureAwait(false)).Where(row => !row.IsOff).Select(row => row.Database).OfType<TenantDatabase>()],
        cancellationToken);

    /// <summary>Adds a tenant, or assigns another database to it. Nothing is copied; see <see cref="TenantLedgers.MoveAsync"/>.</summary>
    /// <remarks>Those that are switched off count too, and a database is the same by whatever name of a host it is reached, as far as both can be asked.</remarks>
    /// <exception cref="ArgumentException">Another tenant has the same database, or is getting it now.</exception>
    public Task SetAsync(TenantDatabase tenant, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return Connections.UseAsync(
            _master,
            _options,
            async (connection, token) =>
            {
                var transaction = await connection.BeginTransactionAsync(token).ConfigureAwait(false);
                await using var _ = transaction.ConfigureAwait(false);
                await ExecuteAsync(connection, transaction, "lock_tenants", [], token).ConfigureAwait(false);
                if (await WhyTakenAsync(connection, transaction, tenant, token).ConfigureAwait(false) is { } reason)
                {
                    throw new ArgumentException(reason, nameof(tenant));
                }

                await ExecuteAsync(connection, transaction, "set_tenant", [tenant.Tenant, tenant.ConnectionString], token).ConfigureAwait(false);
                await transaction.CommitAsync(token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Keeps a database for a tenant until the reservation ends, so that no other gets it meanwhile.</summary>
    /// <exception cref="TenantMoveException">Another tenant has the same database, or is getting it now.</exception>
    internal async Task<TenantReservation> ReserveAsync(TenantDatabase tenant, CancellationToken cancellationToken)
    {
        var connection = await Connections.OpenPatientlyAsync(_master, _options, cancellationToken).ConfigureAwait(false);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            return await WhyTakenAsync(connection, transaction, tenant, cancellationToken).ConfigureAwait(false) is { } reason
                ? throw new TenantMoveException(reason)
                : new TenantReservation(
                connection, transaction, token => ExecuteAsync(connection, transaction, "set_tenant", [tenant.Tenant, tenant.ConnectionString], token));
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<string?> WhyTakenAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, TenantDatabase tenant, CancellationToken cancellationToken)
    {
        var isFree = false;
        await ReadAsync(connection, transaction, SqlText.Load("reserve_tenant_place"), tenant.Place, row => isFree = row.GetBoolean(0), cancellationToken).ConfigureAwait(false);
        if (!isFree)
        {
            return $"The database '{tenant.Place}' is being given to a tenant by another call now.";
        }

        var others = (await ListAllAsync(connection, transaction, cancellationToken).ConfigureAwait(false)).Select(row => row.Database).OfType<TenantDatabase>();
        return await DatabaseIdentity.FindSameAsync(tenant, others, _options, cancellationToken).ConfigureAwait(false) is { } shared ? TenantPlaces.Shared(tenant, shared.Tenant) : null;
    }

    /// <summary>Whether the table gives a tenant this database, switched off or not.</summary>
    internal Task<bool> HasAsync(TenantDatabase tenant, CancellationToken cancellationToken) => Connections.UseAsync(
        _master,
        _options,
        async (connection, token) => (await ListAllAsync(connection, null, token).ConfigureAwait(false))
            .Exists(row => row.Database is { } known && known.Tenant == tenant.Tenant && known.Place == tenant.Place),
        cancellationToken);

    /// <summary>What is wrong with rows of the table, by tenant: the list leaves them out. Connection strings are not repeated.</summary>
    public Task<IReadOnlyDictionary<string, string>> FindFaultsAsync(CancellationToken cancellationToken = default) => Connections.UseAsync<IReadOnlyDictionary<string, string>>(
        _master,
        _options,
        async (connection, token) => (await ListAllAsync(connection, null, token).ConfigureAwait(false))
            .Where(row => row is { Fault: not null, IsOff: false }).ToDictionary(row => row.Tenant, row => row.Fault!, StringComparer.Ordinal),
        cancellationToken);

    /// <summary>Switches a tenant off; its database stays as it is.</summary>
    /// <exception cref="TenantNotFoundException">There is no such tenant.</exception>
    public Task DisableAsync(string tenant, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return Connections.UseAsync(
            _master,
            _options,
            async (connection, token) => await ExecuteAsync(connection, null, "disable_tenant", [tenant], token).ConfigureAwait(false) == 0
                ? throw new TenantNotFoundException(tenant)
                : true,
            cancellationToken);
    }

    private async Task<List<Row>> ListAllAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        var rows = new List<Row>();
        await ReadAsync(
            connection,
            transaction,
            SqlText.Load("list_all_tenants", _schemas),
            null,
            row => rows.Add(Row.Of(row.GetString(0), row.GetString(1), row.GetBoolean(2))),
            cancellationToken).ConfigureAwait(false);
        return rows;
    }

    private async Task<int> ExecuteAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string sql, string[] parameters, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load(sql, _schemas), connection, transaction);
        await using var _ = command.ConfigureAwait(false);
        foreach (var parameter in parameters)
        {
            command.WithText(parameter);
        }

        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task ReadAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        string sql,
        string? parameter,
        Action<NpgsqlDataReader> each,
        CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection, transaction);
        await using var _ = command.ConfigureAwait(false);
        if (parameter is not null)
        {
            command.WithText(parameter);
        }

        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            each(reader);
        }
    }

    // A row may have been written by other programs.
    private sealed record Row(string Tenant, TenantDatabase? Database, bool IsOff, string? Fault)
    {
        public static Row Of(string tenant, string connectionString, bool isOff)
        {
            try
            {
                return new Row(tenant, new TenantDatabase(tenant, connectionString), isOff, null);
            }
            catch (ArgumentException fault)
            {
                return new Row(tenant, null, isOff, fault.Message);
            }
        }
    }
}
