using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Schema;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Tenants;

/// <summary>Copies a log to another database in one transaction, compares the two, and retires the former one.</summary>
/// <remarks>The copy is committed before the former one refuses writes, and that before the map is changed: wherever it is interrupted, one of the two is the log.</remarks>
internal sealed class TenantCopy(TenantDatabase source, TenantDatabase target, PostgresOptions options)
{
    private const int BufferBytes = 256 * 1024;

    private readonly string[] _schemas = [.. new[] { options.EventSchema, options.LedgerSchema }.Distinct(StringComparer.Ordinal)];

    public async Task<IReadOnlyList<CopiedTable>> RunAsync(CancellationToken cancellationToken)
    {
        await EnsureTargetAsync(cancellationToken).ConfigureAwait(false);
        var from = await OpenAsync(source, cancellationToken).ConfigureAwait(false);
        await using var _ = from.ConfigureAwait(false);
        var to = await OpenAsync(target, cancellationToken).ConfigureAwait(false);
        await using var __ = to.ConfigureAwait(false);
        var tables = await ReadAsync(from, Load("tenant_tables"), row => new Table(row.GetString(0), row.GetString(1)), cancellationToken, _schemas).ConfigureAwait(false);
        await CheckTablesAsync(to, tables, cancellationToken).ConfigureAwait(false);

        var reading = await from.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = reading.ConfigureAwait(false);
        var movedTo = await ReadAsync(from, Load("tenant_is_moved"), row => row.GetString(0), cancellationToken).ConfigureAwait(false);
        if (movedTo is [var place])
        {
            return place == target.Place
                ? await CompareAsync(from, to, tables, cancellationToken).ConfigureAwait(false)
                : throw new TenantMoveException($"The log of tenant '{source.Tenant}' has moved to '{place}' already. Move it there again to finish.");
        }

        foreach (var table in tables)
        {
            await ExecuteAsync(from, $"lock table {table.Name} in share row exclusive mode", cancellationToken).ConfigureAwait(false);
        }

        var compared = await CopyAsync(from, to, tables, cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(
            from,
            $"{Load("tenant_retire")}; comment on function {SchemaNames.Quoted(options.LedgerSchema)}.log_has_moved() is {SchemaNames.Literal(target.Place)}",
            cancellationToken).ConfigureAwait(false);
        await reading.CommitAsync(cancellationToken).ConfigureAwait(false);
        return compared;
    }

    // The copy of a move that was interrupted before the former database was retired may be out of date: it is made again.
    private async Task<IReadOnlyList<CopiedTable>> CopyAsync(NpgsqlConnection from, NpgsqlConnection to, List<Table> tables, CancellationToken cancellationToken)
    {
        var writing = await to.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = writing.ConfigureAwait(false);
        await ExecuteAsync(to, Load("tenant_as_replica"), cancellationToken).ConfigureAwait(false);
        if ((await ReadAsync(to, Load("tenant_has_events"), row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))[0])
        {
            throw new TenantMoveException(
                $"The database '{target.Place}' already has events. Nothing was changed. Name an empty one; if a move of '{source.Tenant}' to it was interrupted, drop it and create it again.");
        }

        foreach (var table in tables)
        {
            await ExecuteAsync(to, TextFor("tenant_empty_table", table), cancellationToken).ConfigureAwait(false);
            await CopyAsync(from, to, table, cancellationToken).ConfigureAwait(false);
        }

        foreach (var sequence in await ReadAsync(from, Load("tenant_sequences"), row => row.GetString(0), cancellationToken, _schemas).ConfigureAwait(false))
        {
            await CopySequenceAsync(from, to, sequence, cancellationToken).ConfigureAwait(false);
        }

        var compared = await CompareAsync(from, to, tables, cancellationToken).ConfigureAwait(false);
        await writing.CommitAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(to, "analyze", cancellationToken).ConfigureAwait(false);
        return compared;
    }

    private static async Task CopyAsync(NpgsqlConnection from, NpgsqlConnection to, Table table, CancellationToken cancellationToken)
    {
        var reader = await from.BeginRawBinaryCopyAsync(TextFor("tenant_copy_out", table), cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        var writer = await to.BeginRawBinaryCopyAsync(TextFor("tenant_copy_in", table), cancellationToken).ConfigureAwait(false);
        await using var __ = writer.ConfigureAwait(false);
        await reader.CopyToAsync(writer, BufferBytes, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<CopiedTable>> CompareAsync(NpgsqlConnection from, NpgsqlConnection to, List<Table> tables, CancellationToken cancellationToken)
    {
        var same = new List<CopiedTable>();
        foreach (var table in tables)
        {
            var (here, there) = (HashAsync(from, table, cancellationToken), HashAsync(to, table, cancellationToken));
            await Task.WhenAll(here, there).ConfigureAwait(false);
            var (had, has) = (await here.ConfigureAwait(false), await there.ConfigureAwait(false));
            same.Add(had == has
                ? had
                : throw new TenantMoveException(
                    $"The copy differs: the table '{table.Name}' has {had.Rows} rows with hash {had.Hash} in '{source.Place}', and {has.Rows} with hash {has.Hash} in '{target.Place}'. "
                    + $"The tenant keeps '{source.Place}'."));
        }

        return same;
    }

    private static async Task<CopiedTable> HashAsync(NpgsqlConnection connection, Table table, CancellationToken cancellationToken)
    {
        return (await ReadAsync(connection, TextFor("tenant_table_hash", table), row => new CopiedTable(table.Name, row.GetInt64(0), row.GetString(1)), cancellationToken).ConfigureAwait(false))[0];
    }

    private async Task CheckTablesAsync(NpgsqlConnection to, List<Table> tables, CancellationToken cancellationToken)
    {
        var there = (await ReadAsync(to, Load("tenant_tables"), row => new Table(row.GetString(0), row.GetString(1)), cancellationToken, _schemas).ConfigureAwait(false))
            .ToDictionary(table => table.Name, StringComparer.Ordinal);
        foreach (var table in tables)
        {
            if (!there.TryGetValue(table.Name, out var same))
            {
                throw new TenantMoveException(
                    $"The database '{target.Place}' lacks the table '{table.Name}', which '{source.Place}' has. Nothing was changed. Start the application on it once, or create the table.");
            }

            if (same.Columns.Split(", ").Order(StringComparer.Ordinal).SequenceEqual(table.Columns.Split(", ").Order(StringComparer.Ordinal)) == false)
            {
                throw new TenantMoveException($"The table '{table.Name}' has other columns in '{target.Place}' than in '{source.Place}'. Nothing was changed. Migrate both first.");
            }
        }
    }

    private async Task EnsureTargetAsync(CancellationToken cancellationToken)
    {
        foreach (var (database, isTarget) in new[] { (source, false), (target, true) })
        {
            var dataSource = PostgresDataSources.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
            await using var _ = dataSource.ConfigureAwait(false);
            var migrator = new LedgerMigrator(dataSource, options);
            if (isTarget)
            {
                await migrator.ApplyAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await migrator.EnsureMigratedAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(TenantDatabase database, CancellationToken cancellationToken)
    {
        var parts = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false, CommandTimeout = 0 };
        var connection = await Connections.OpenAsync(parts.ConnectionString, cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, Load("tenant_session"), cancellationToken).ConfigureAwait(false);
        return connection;
    }

    // Npgsql wants the text of a COPY to begin with that word.
    private static string TextFor(string sql, Table table)
    {
        var text = SqlText.Load(sql);
        return text[(text.LastIndexOf("--", StringComparison.Ordinal) is var comment and >= 0 ? text.IndexOf('\n', comment) + 1 : 0)..]
            .Replace("{columns}", table.Columns, StringComparison.Ordinal).Replace("{table}", table.Name, StringComparison.Ordinal);
    }

    private static async Task CopySequenceAsync(NpgsqlConnection from, NpgsqlConnection to, string sequence, CancellationToken cancellationToken)
    {
        var sql = TextFor("tenant_sequence", new Table(sequence, ""));
        var (last, isCalled) = (await ReadAsync(from, sql, row => (row.GetInt64(0), row.GetBoolean(1)), cancellationToken).ConfigureAwait(false))[0];
        var command = new NpgsqlCommand(SqlText.Load("tenant_set_sequence"), to);
        await using var _ = command.ConfigureAwait(false);
        command.WithText(sequence).With(last, NpgsqlDbType.Bigint).With(isCalled, NpgsqlDbType.Boolean);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private string Load(string sql) => SqlText.Load(sql, options.Schemas);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<List<T>> ReadAsync<T>(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, string[]? schemas = null)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var _ = command.ConfigureAwait(false);
        if (schemas is not null)
        {
            command.Parameters.WithTexts(schemas);
        }

        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private sealed record Table(string Name, string Columns);
}
