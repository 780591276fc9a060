using System.Data;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Schema;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Tenants;

/// <summary>Copies a log to another database in one transaction, compares the two, and retires the former one.</summary>
/// <remarks>The copy is committed before the former one refuses writes, and that before the map is changed: wherever it is interrupted, one of the two is the log.</remarks>
internal sealed class TenantCopy(TenantDatabase source, TenantDatabase target, string administration, PostgresOptions options)
{
    private const int BufferBytes = 256 * 1024;
    private const string MarkStart = "An unfinished copy of the log";

    private readonly string[] _schemas = [.. new[] { options.EventSchema, options.LedgerSchema }.Distinct(StringComparer.Ordinal)];

    // Said about the target while it is a copy that is not used yet: only then may a further copy take its place.
    private readonly string _mark = $"{MarkStart} of tenant '{source.Tenant}' from {source.Place}";

    public async Task<IReadOnlyList<CopiedTable>> RunAsync(CancellationToken cancellationToken)
    {
        var sourcePool = PoolOf(source.ConnectionString);
        await using var _ = sourcePool.ConfigureAwait(false);
        var targetPool = PoolOf(administration);
        await using var __ = targetPool.ConfigureAwait(false);
        var from = await OpenAsync(sourcePool, cancellationToken).ConfigureAwait(false);
        await using var ___ = from.ConfigureAwait(false);
        var to = await OpenAsync(targetPool, cancellationToken).ConfigureAwait(false);
        await using var ____ = to.ConfigureAwait(false);
        foreach (var connection in new[] { from, to })
        {
            if ((await TenancyGuard.ReadAsync(connection, options.Schemas, cancellationToken).ConfigureAwait(false)).IsConjoined)
            {
                throw TenancyException.NotYet("Moving a tenant");
            }
        }

        if (await MovedToAsync(from, cancellationToken).ConfigureAwait(false) is null)
        {
            await CheckUnusedAsync(to, cancellationToken).ConfigureAwait(false);
        }

        await EnsureTargetAsync(cancellationToken).ConfigureAwait(false);
        var compared = await RunAsync(from, to, cancellationToken).ConfigureAwait(false);

        // Not before: until the former database refuses writes its tenant waits.
        await ExecuteAsync(to, $"analyze; {CommentOn("null")}", cancellationToken).ConfigureAwait(false);
        return compared;
    }

    /// <summary>Why a database cannot become that of a tenant as it is; null if it can.</summary>
    public static Task<string?> WhyNotAddedAsync(
        TenantDatabase tenant, NpgsqlDataSource dataSource, PostgresOptions options, bool mayHaveLog, CancellationToken cancellationToken) => Connections.UseAsync(
        PostgresDataSources.ForWriting(dataSource),
        options,
        async (connection, token) =>
        {
            if ((await TenancyGuard.ReadAsync(connection, options.Schemas, token).ConfigureAwait(false)).IsConjoined)
            {
                return $"The database '{tenant.Place}' has the logs of many tenants in the schema '{options.LedgerSchema}', and is not that of one. The tenant was not added.";
            }

            var (hasLog, mark) = (await ReadAsync(
                connection, SqlText.Load("tenant_mark", options.Schemas), row => (row.GetBoolean(0), row.GetString(1)), token).ConfigureAwait(false))[0];
            if (!hasLog)
            {
                return null;
            }

            if ((await ReadAsync(connection, SqlText.Load("tenant_is_moved", options.Schemas), row => row.GetString(0), token).ConfigureAwait(false)) is [var place])
            {
                return $"The log of '{tenant.Place}' has moved to '{place}', and it refuses writes. The tenant was not added.";
            }

            if (mark.StartsWith(MarkStart, StringComparison.Ordinal))
            {
                return $"The database '{tenant.Place}' is: {mark}. The tenant was not added.";
            }

            return !mayHaveLog && (await ReadAsync(connection, SqlText.Load("tenant_has_events", options.Schemas), row => row.GetBoolean(0), token).ConfigureAwait(false))[0]
                ? $"The database '{tenant.Place}' already has a log. The tenant '{tenant.Tenant}' was not added; say that it takes this log, or name an empty database."
                : null;
        },
        cancellationToken);

    private async Task<IReadOnlyList<CopiedTable>> RunAsync(NpgsqlConnection from, NpgsqlConnection to, CancellationToken cancellationToken)
    {
        var reading = await from.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using var _ = reading.ConfigureAwait(false);
        var tables = await TablesAsync(from, cancellationToken).ConfigureAwait(false);
        if (await MovedToAsync(from, cancellationToken).ConfigureAwait(false) is { } before)
        {
            return await CompareMovedAsync(from, to, tables, before, cancellationToken).ConfigureAwait(false);
        }

        var names = string.Join(", ", tables.Select(table => table.Name));
        await BusyTables.LockAsync(reading, () => ExecuteAsync(from, $"lock table {names} in share row exclusive mode", cancellationToken), Refusal, cancellationToken).ConfigureAwait(false);

        // While the locks were waited for, another move may have ended.
        if (await MovedToAsync(from, cancellationToken).ConfigureAwait(false) is { } meanwhile)
        {
            return await CompareMovedAsync(from, to, tables, meanwhile, cancellationToken).ConfigureAwait(false);
        }

        await CheckTablesAsync(to, tables, cancellationToken).ConfigureAwait(false);
        var compared = await CopyAsync(from, to, tables, cancellationToken).ConfigureAwait(false);
        if (!(await TablesAsync(from, cancellationToken).ConfigureAwait(false)).SequenceEqual(tables))
        {
            throw new TenantMoveException($"The tables of '{source.Place}' were changed during the copy. The tenant keeps it; move again.");
        }

        await ExecuteAsync(
            from,
            $"{Load("tenant_retire")}; comment on function {SchemaNames.Quoted(options.LedgerSchema)}.log_has_moved() is {SchemaNames.Literal(target.Place)}",
            cancellationToken).ConfigureAwait(false);
        await reading.CommitAsync(cancellationToken).ConfigureAwait(false);
        return compared;
    }

    private static TenantMoveException Refusal(string because) => new($"{because} The tenant keeps its database; move it again.");

    private Task<IReadOnlyList<CopiedTable>> CompareMovedAsync(
        NpgsqlConnection from, NpgsqlConnection to, List<Table> tables, string place, CancellationToken cancellationToken) => place == target.Place
        ? CompareAsync(from, to, tables, cancellationToken)
        : throw new TenantMoveException($"The log of tenant '{source.Tenant}' has moved to '{place}' already. Move it there again to finish.");

    private async Task<IReadOnlyList<CopiedTable>> CopyAsync(NpgsqlConnection from, NpgsqlConnection to, List<Table> tables, CancellationToken cancellationToken)
    {
        var writing = await to.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using var _ = writing.ConfigureAwait(false);
        await ExecuteAsync(to, Load("tenant_as_replica"), cancellationToken).ConfigureAwait(false);
        var names = string.Join(", ", (await TablesAsync(to, cancellationToken).ConfigureAwait(false)).Select(table => table.Name));
        await BusyTables.LockAsync(writing, () => ExecuteAsync(to, $"lock table {names} in access exclusive mode", cancellationToken), Refusal, cancellationToken).ConfigureAwait(false);
        await CheckUnusedAsync(to, cancellationToken).ConfigureAwait(false);
        var emptying = Load("tenant_empty_tables").Replace("{tables}", names, StringComparison.Ordinal).Replace("{mark}", CommentOn(SchemaNames.Literal(_mark)), StringComparison.Ordinal);
        await ExecuteAsync(to, emptying, cancellationToken).ConfigureAwait(false);
        foreach (var table in tables)
        {
            await CopyAsync(from, to, table, cancellationToken).ConfigureAwait(false);
        }

        foreach (var sequence in await ReadAsync(from, Load("tenant_sequences"), row => row.GetString(0), cancellationToken, _schemas).ConfigureAwait(false))
        {
            await CopySequenceAsync(from, to, sequence, cancellationToken).ConfigureAwait(false);
        }

        if ((await ReadAsync(from, Load("tenant_seal_noted"), row => row.IsDBNull(0) ? null : row.GetString(0), cancellationToken).ConfigureAwait(false))[0] is { } note)
        {
            await ExecuteAsync(to, Load("tenant_seal_note").Replace("{note}", SchemaNames.Literal(note), StringComparison.Ordinal), cancellationToken).ConfigureAwait(false);
        }

        var compared = await CompareAsync(from, to, tables, cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(to, Load("quota_triggers"), cancellationToken).ConfigureAwait(false);
        await writing.CommitAsync(cancellationToken).ConfigureAwait(false);
        return compared;
    }

    // A log, or anything else that somebody has put into its tables, is not overwritten; a copy that was interrupted before the former database was retired is.
    private async Task CheckUnusedAsync(NpgsqlConnection to, CancellationToken cancellationToken)
    {
        var (hasLog, mark) = (await ReadAsync(to, Load("tenant_mark"), row => (row.GetBoolean(0), row.GetString(1)), cancellationToken).ConfigureAwait(false))[0];
        if (!hasLog || mark == _mark)
        {
            return;
        }

        var used = new List<string>();
        foreach (var table in await TablesAsync(to, cancellationToken).ConfigureAwait(false))
        {
            var sql = TextFor("tenant_has_rows", table).Replace("{rows}", RowsThatCount(table.Name[(table.Name.LastIndexOf('.') + 1)..]), StringComparison.Ordinal);
            if ((await ReadAsync(to, sql, row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))[0])
            {
                used.Add(table.Name);
            }
        }

        if (used.Count > 0)
        {
            throw new TenantMoveException($"The database '{target.Place}' already has rows, in {string.Join(", ", used)}. Nothing was changed. Name an empty one.");
        }
    }

    // What a migration, or the start of an application, puts into a table of an empty log.
    internal static string RowsThatCount(string table) =>
        table switch
        {
            "task_tail" or "run_tail" => "seq <> 0",
            "seal_head" => "size <> 0",
            "mt_event_progression" => "last_seq_id <> 0",
            "event_contract" => "false",
            _ => "true",
        };

    private Task<List<Table>> TablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ReadAsync(connection, Load("tenant_tables"), row => new Table(row.GetString(0), row.GetString(1)), cancellationToken, _schemas);

    private async Task<string?> MovedToAsync(NpgsqlConnection from, CancellationToken cancellationToken) =>
        (await ReadAsync(from, Load("tenant_is_moved"), row => row.GetString(0), cancellationToken).ConfigureAwait(false)).FirstOrDefault();

    private string CommentOn(string literal) => $"comment on table {SchemaNames.Quoted(options.EventSchema)}.mt_events is {literal}";

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
        var there = (await TablesAsync(to, cancellationToken).ConfigureAwait(false)).ToDictionary(table => table.Name, StringComparer.Ordinal);
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

    // The target as the map will name it: its user owns what is made, and must be able to work there before the former database is retired.
    private async Task EnsureTargetAsync(CancellationToken cancellationToken)
    {
        var here = PoolOf(source.ConnectionString);
        await using var _ = here.ConfigureAwait(false);
        await new LedgerMigrator(here, options).EnsureMigratedAsync(cancellationToken).ConfigureAwait(false);
        var there = PoolOf(target.ConnectionString);
        await using var __ = there.ConfigureAwait(false);
        await new LedgerMigrator(there, options).ApplyAsync(cancellationToken).ConfigureAwait(false);
        var asUser = await Connections.OpenPatientlyAsync(PostgresDataSources.ForWriting(there), options, cancellationToken).ConfigureAwait(false);
        await using var ___ = asUser.ConfigureAwait(false);
        if (!(await ReadAsync(asUser, Load("tenant_can_write"), row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))[0])
        {
            throw new TenantMoveException($"The role of the new connection string may not write to the log in '{target.Place}'. Nothing was changed. Grant it Ledger's role of an application.");
        }
    }

    private static NpgsqlDataSource PoolOf(string connectionString) =>
        PostgresDataSources.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString);

    private async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var connection = await Connections.OpenPatientlyAsync(PostgresDataSources.ForWriting(dataSource), options, cancellationToken).ConfigureAwait(false);
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
