using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <summary>Tenants in a table of a master database: <c>mt_tenant_databases</c>, which is that of Marten's <c>MultiTenantedDatabasesWithMasterDatabaseTable</c>.</summary>
/// <remarks>Safe for concurrent use, in several programs too. It does not own the data source. A connection string in the table may hold a password: the table is for
/// those who may have it.</remarks>
public sealed class TenantTable : ITenantMap
{
    private readonly NpgsqlDataSource _master;
    private readonly SchemaNames _schemas;

    /// <summary>Reads and writes the table.</summary>
    /// <param name="master">The master database.</param>
    /// <param name="schema">The schema of the table.</param>
    public TenantTable(NpgsqlDataSource master, string schema = "public")
    {
        ArgumentNullException.ThrowIfNull(master);
        ArgumentException.ThrowIfNullOrEmpty(schema);
        _master = PostgresDataSources.ForWriting(master);
        _schemas = new SchemaNames(schema, schema);
    }

    /// <summary>The schemas of a database that have such a table.</summary>
    public static Task<IReadOnlyList<string>> FindSchemasAsync(NpgsqlDataSource master, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(master);
        return Connections.UseAsync<IReadOnlyList<string>>(
            PostgresDataSources.ForWriting(master),
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
        async (connection, token) =>
        {
            var command = new NpgsqlCommand(SqlText.Load("create_tenant_table", _schemas), connection);
            await using var _ = command.ConfigureAwait(false);
            return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<TenantDatabase?> FindAsync(string tenant, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return Connections.UseAsync(
            _master,
            async (connection, token) =>
            {
                TenantDatabase? found = null;
                await ReadAsync(connection, null, SqlText.Load("find_tenant", _schemas), tenant, row => found = new(row.GetString(0), row.GetString(1)), token)
                    .ConfigureAwait(false);
                return found;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<TenantDatabase>> ListAsync(CancellationToken cancellationToken = default) => Connections.UseAsync<IReadOnlyList<TenantDatabase>>(
        _master, (connection, token) => ListAsync(connection, null, token), cancellationToken);

    /// <summary>Adds a tenant, or assigns another database to it. Nothing is copied; see <see cref="TenantLedgers.MoveAsync"/>.</summary>
    /// <exception cref="ArgumentException">Another tenant has the same database.</exception>
    public Task SetAsync(TenantDatabase tenant, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return Connections.UseAsync(
            _master,
            async (connection, token) =>
            {
                var transaction = await connection.BeginTransactionAsync(token).ConfigureAwait(false);
                await using var _ = transaction.ConfigureAwait(false);
                await ExecuteAsync(connection, transaction, "lock_tenants", [], token).ConfigureAwait(false);
                var others = await ListAsync(connection, transaction, token).ConfigureAwait(false);
                if (others.FirstOrDefault(other => other.Tenant != tenant.Tenant && other.Place == tenant.Place) is { } shared)
                {
                    throw new ArgumentException(TenantPlaces.Shared(tenant, shared.Tenant), nameof(tenant));
                }

                await ExecuteAsync(connection, transaction, "set_tenant", [tenant.Tenant, tenant.ConnectionString], token).ConfigureAwait(false);
                await transaction.CommitAsync(token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Switches a tenant off; its database stays as it is.</summary>
    /// <exception cref="TenantNotFoundException">There is no such tenant.</exception>
    public Task DisableAsync(string tenant, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return Connections.UseAsync(
            _master,
            async (connection, token) => await ExecuteAsync(connection, null, "disable_tenant", [tenant], token).ConfigureAwait(false) == 0
                ? throw new TenantNotFoundException(tenant)
                : true,
            cancellationToken);
    }

    private async Task<IReadOnlyList<TenantDatabase>> ListAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        var tenants = new List<TenantDatabase>();
        await ReadAsync(
            connection, transaction, SqlText.Load("list_tenants", _schemas), null, row => tenants.Add(new(row.GetString(0), row.GetString(1))), cancellationToken).ConfigureAwait(false);
        return tenants;
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
}
