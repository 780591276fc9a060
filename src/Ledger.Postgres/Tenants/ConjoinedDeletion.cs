using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <summary>Deletes everything that a tenant has in a schema of many: its rows in one transaction, then what a move has left. It fails if programs of the tenant write meanwhile, and is called again then.</summary>
internal sealed class ConjoinedDeletion(TenantDatabase tenant, string administration, PostgresOptions options)
{
    private const string Rows = $"where t.tenant_id = current_setting('{TenantSetting.Name}')";

    private readonly SchemaNames _schemas = options.Schemas;

    public async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        if (await DatabaseIdentity.FindAsync(administration, options, cancellationToken).ConfigureAwait(false)
            != await DatabaseIdentity.FindAsync(tenant.ConnectionString, options, cancellationToken).ConfigureAwait(false))
        {
            throw new TenancyException($"The connection of the administrator leads to another database than '{tenant.Place}'. Nothing was deleted.");
        }

        var pool = PostgresDataSources.Create(
            new NpgsqlConnectionStringBuilder(TenantSetting.With(administration, tenant.Tenant)) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        await using var _ = pool.ConfigureAwait(false);
        return await Connections.UseAsync(PostgresDataSources.ForWriting(pool), options, DeleteAsync, cancellationToken).ConfigureAwait(false);
    }

    private async Task<long> DeleteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await TenantTurn.TryTakeAsync(connection, tenant, _schemas, cancellationToken).ConfigureAwait(false))
        {
            throw new TenancyException(TenantTurn.Taken(tenant));
        }

        if (await IsOffAsync(connection, cancellationToken).ConfigureAwait(false) is not { } isOff)
        {
            throw new TenantNotFoundException(tenant.Tenant);
        }

        if (!isOff)
        {
            throw new TenancyException($"The tenant '{tenant.Tenant}' is not switched off. Nothing was deleted.");
        }

        var tables = await TablesAsync(connection, cancellationToken).ConfigureAwait(false);
        var deleted = await DeleteRowsAsync(connection, tables, cancellationToken).ConfigureAwait(false);

        // Afterwards, because it takes locks that all tenants wait for. A tenant of this name that is added later has not moved.
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var hasMoved = await HasMovedAsync(connection, cancellationToken).ConfigureAwait(false);
        await BusyTables.LockAsync(
            transaction,
            () => hasMoved ? ThawAsync(connection, tables, cancellationToken) : ExecuteAsync(connection, SqlText.Load("quota_lock", _schemas), cancellationToken),
            because => new TenancyException($"{because} What tenant '{tenant.Tenant}' had is deleted, and its name is kept. Delete it again."),
            cancellationToken).ConfigureAwait(false);
        await CheckGoneAsync(connection, tables, cancellationToken).ConfigureAwait(false);
        if (await ExecuteAsync(connection, SqlText.Load("tenant_delete", _schemas), cancellationToken, tenant.Tenant).ConfigureAwait(false) == 0)
        {
            throw new TenancyException($"The tenant '{tenant.Tenant}' was switched on while it was deleted. What it had before is deleted.");
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return deleted;
    }

    private async Task ThawAsync(NpgsqlConnection connection, List<MovedTable> tables, CancellationToken cancellationToken)
    {
        foreach (var table in tables)
        {
            var sql = SqlText.Load("tenant_thaw")
                .Replace("{trigger}", SchemaNames.Quoted(MovedTable.TriggerOf(tenant)), StringComparison.Ordinal).Replace("{table}", table.Quoted, StringComparison.Ordinal);
            await ExecuteAsync(connection, sql, cancellationToken).ConfigureAwait(false);
        }
    }

    // Its programs may have connections that were open before it was switched off: what they write meanwhile would stay, of a tenant that nothing lists.
    private async Task CheckGoneAsync(NpgsqlConnection connection, List<MovedTable> tables, CancellationToken cancellationToken)
    {
        foreach (var table in tables)
        {
            var sql = MovedTable.Statement("tenant_rows_exist")
                .Replace("{table}", table.Quoted, StringComparison.Ordinal)
                .Replace("{rows}", Rows, StringComparison.Ordinal)
                .Replace("{counts}", "true", StringComparison.Ordinal);
            var command = new NpgsqlCommand(sql, connection);
            await using var _ = command.ConfigureAwait(false);
            if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true)
            {
                throw new TenancyException($"Programs of the tenant '{tenant.Tenant}' have written to {table.Quoted} while it was deleted. What it had before is deleted. End them, and delete it again.");
            }
        }
    }

    private static async Task<long> DeleteRowsAsync(NpgsqlConnection connection, List<MovedTable> tables, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);

        // Neither triggers nor foreign keys look at what is deleted: it is all that there is.
        await ExecuteAsync(connection, SqlText.Load("tenant_as_replica"), cancellationToken).ConfigureAwait(false);
        var deleted = 0L;
        foreach (var table in tables)
        {
            var sql = MovedTable.Statement("tenant_rows_delete")
                .Replace("{table}", table.Quoted, StringComparison.Ordinal)
                .Replace("{rows}", Rows, StringComparison.Ordinal);
            deleted += await ExecuteAsync(connection, sql, cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return deleted;
    }

    private async Task<bool> HasMovedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("tenant_moving", _schemas), connection);
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is string;
    }

    private async Task<bool?> IsOffAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("tenant_is_off", _schemas), connection);
        await using var _ = command.ConfigureAwait(false);
        command.WithText(tenant.Tenant);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as bool?;
    }

    private async Task<List<MovedTable>> TablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("tenant_parts", _schemas), connection);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var tables = new List<MovedTable>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            tables.Add(new MovedTable(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }

        return tables;
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, string? value = null)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var _ = command.ConfigureAwait(false);
        if (value is not null)
        {
            command.WithText(value);
        }

        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
