using System.Data;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Schema;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Tenants;

/// <summary>Takes the log of a tenant out of a schema of many, or into one: its tables refuse writes of that tenant first, then they are copied in one transaction and compared.</summary>
/// <remarks>In a schema of many the events get numbers that are free there, in their order. Wherever it is interrupted, it is called again: what refuses writes names the target.</remarks>
internal sealed partial class ConjoinedMove(TenantDatabase source, TenantDatabase target, string administration, PostgresOptions options)
{
    private const string Moving = "moving to ";
    private const int BufferBytes = 256 * 1024;

    // Numbers that are those of all tenants of a schema.
    private static readonly string[] Identities = ["retention_run", "projection_request"];

    private readonly PostgresOptions _here = options with { Tenancy = source.IsConjoined ? Tenancy.Conjoined : Tenancy.Single };
    private readonly PostgresOptions _there = options with { Tenancy = target.IsConjoined ? Tenancy.Conjoined : Tenancy.Single };

    private readonly string _trigger = MovedTable.TriggerOf(source);

    public async Task<IReadOnlyList<CopiedTable>> RunAsync(CancellationToken cancellationToken)
    {
        var sourcePool = PoolOf(source.ConnectionString);
        await using var _ = sourcePool.ConfigureAwait(false);
        await new LedgerMigrator(sourcePool, _here).EnsureMigratedAsync(cancellationToken).ConfigureAwait(false);
        await EnsureTargetAsync(cancellationToken).ConfigureAwait(false);
        var targetPool = PoolOf(target.IsConjoined ? TenantSetting.With(administration, target.Tenant) : administration);
        await using var __ = targetPool.ConfigureAwait(false);
        var from = await OpenAsync(sourcePool, _here, cancellationToken).ConfigureAwait(false);
        await using var ___ = from.ConfigureAwait(false);
        var to = await OpenAsync(targetPool, _there, cancellationToken).ConfigureAwait(false);
        await using var ____ = to.ConfigureAwait(false);
        if (!await TenantTurn.TryTakeAsync(from, source, _here.Schemas, cancellationToken).ConfigureAwait(false)
            || !await TenantTurn.TryTakeAsync(to, target, _there.Schemas, cancellationToken).ConfigureAwait(false))
        {
            throw new TenantMoveException(TenantTurn.Taken(source));
        }

        var pairs = await PairsAsync(from, to, cancellationToken).ConfigureAwait(false);
        var noted = (await ReadAsync(from, Load("tenant_moving", _here), row => row.GetString(0), cancellationToken).ConfigureAwait(false)).FirstOrDefault();
        if (noted is not null && noted != target.Place && noted != Moving + target.Place)
        {
            throw new TenantMoveException($"The log of tenant '{source.Tenant}' is {(noted.StartsWith(Moving, StringComparison.Ordinal) ? noted : $"at '{noted}'")} already. Move it there again to finish.");
        }

        // What has moved is not copied again, even where it has no rows yet: it may be written to there.
        var isCopied = noted == target.Place || await HasRowsAsync(to, pairs, cancellationToken).ConfigureAwait(false);
        if (noted is null)
        {
            await CheckTargetAsync(to, isCopied, cancellationToken).ConfigureAwait(false);
            await CheckSealAsync(from, cancellationToken).ConfigureAwait(false);
            await FreezeAsync(from, pairs, cancellationToken).ConfigureAwait(false);
        }

        pairs = await AsSealedAsync(from, pairs, cancellationToken).ConfigureAwait(false);
        var compared = await CopyOrThawAsync(sourcePool, from, to, pairs, isCopied, cancellationToken).ConfigureAwait(false);

        // Before anything is appended there, which a quota has to count.
        await CountAsync(to, cancellationToken).ConfigureAwait(false);
        await FinishAsync(from, cancellationToken).ConfigureAwait(false);
        return compared;
    }

    private async Task<IReadOnlyList<CopiedTable>> CopyOrThawAsync(
        NpgsqlDataSource sourcePool, NpgsqlConnection from, NpgsqlConnection to, List<Pair> pairs, bool isCopied, CancellationToken cancellationToken)
    {
        var writing = await to.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using var _ = writing.ConfigureAwait(false);
        try
        {
            // A call that was interrupted had committed the copy.
            var compared = isCopied
                ? await CompareAsync(from, to, pairs, isCopied, cancellationToken).ConfigureAwait(false)
                : await CopyAsync(from, to, pairs, cancellationToken).ConfigureAwait(false);
            await writing.CommitAsync(cancellationToken).ConfigureAwait(false);
            return compared;
        }
        catch (Exception fault) when (!isCopied)
        {
            await writing.DisposeAsync().ConfigureAwait(false);
            try
            {
                await ThawAsync(sourcePool, pairs).ConfigureAwait(false);
            }
            catch (Exception held) when (held is NpgsqlException or TenantMoveException)
            {
                throw new TenantMoveException(
                    $"The copy to '{target.Place}' failed, and '{source.Place}' could not be made to take writes again. It refuses those of tenant '{source.Tenant}' until it is moved again. {fault.Message} {held.Message}");
            }

            throw;
        }
    }

    private async Task<IReadOnlyList<CopiedTable>> CopyAsync(NpgsqlConnection from, NpgsqlConnection to, List<Pair> pairs, CancellationToken cancellationToken)
    {
        await ExecuteAsync(to, Load("tenant_as_replica", _there), cancellationToken).ConfigureAwait(false);
        if (target.IsConjoined)
        {
            await ExecuteAsync(to, Load("add_conjoined_tenant", _there), cancellationToken).ConfigureAwait(false);
        }

        // What migrations and the adding of a tenant have put there.
        foreach (var pair in pairs)
        {
            await ExecuteAsync(to, Text("tenant_rows_delete", pair.To, "", target), cancellationToken).ConfigureAwait(false);
        }

        await NumberAsync(from, to, isCopied: false, cancellationToken).ConfigureAwait(false);
        foreach (var (here, there) in pairs)
        {
            var reader = await from.BeginRawBinaryCopyAsync(Text("tenant_rows_out", here, ColumnsOf(here), source), cancellationToken).ConfigureAwait(false);
            await using var _ = reader.ConfigureAwait(false);
            var writer = await to.BeginRawBinaryCopyAsync(Text("tenant_copy_in", there, here.Columns, target), cancellationToken).ConfigureAwait(false);
            await using var __ = writer.ConfigureAwait(false);
            await reader.CopyToAsync(writer, BufferBytes, cancellationToken).ConfigureAwait(false);
        }

        await SetSequencesAsync(from, to, cancellationToken).ConfigureAwait(false);
        await NoteSealAsync(from, to, cancellationToken).ConfigureAwait(false);
        return await CompareAsync(from, to, pairs, isCopied: false, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<CopiedTable>> CompareAsync(NpgsqlConnection from, NpgsqlConnection to, List<Pair> pairs, bool isCopied, CancellationToken cancellationToken)
    {
        if (isCopied)
        {
            await NumberAsync(from, to, isCopied, cancellationToken).ConfigureAwait(false);
        }

        var same = new List<CopiedTable>();
        foreach (var (here, there) in pairs)
        {
            var (hashHere, hashThere) = (HashAsync(from, here, ColumnsOf(here), source, cancellationToken), HashAsync(to, there, here.Columns, target, cancellationToken));
            await Task.WhenAll(hashHere, hashThere).ConfigureAwait(false);
            var (had, has) = (await hashHere.ConfigureAwait(false), await hashThere.ConfigureAwait(false));
            same.Add((had.Rows, had.Hash) == (has.Rows, has.Hash)
                ? had
                : throw new TenantMoveException(
                    $"The copy differs: the table '{here.Quoted}' has {had.Rows} rows with hash {had.Hash} in '{source.Place}', and {has.Rows} with hash {has.Hash} in '{target.Place}'. "
                    + $"{(isCopied ? "Both stay as they are" : $"The tenant keeps '{source.Place}'")}."));
        }

        return same;
    }

    // In the order of the numbers that they have, and beyond all that the schema has: a reader of the whole log sees them once, after what it has seen.
    private async Task NumberAsync(NpgsqlConnection from, NpgsqlConnection to, bool isCopied, CancellationToken cancellationToken)
    {
        if (!target.IsConjoined)
        {
            return;
        }

        var old = await NumbersAsync(from, _here, source, cancellationToken).ConfigureAwait(false);
        var drawn = isCopied
            ? await NumbersAsync(to, _there, target, cancellationToken).ConfigureAwait(false)
            : await ReadAsync(to, Load("tenant_numbers_draw", _there), row => row.GetInt64(0), cancellationToken, command => command.With(old.Count, NpgsqlDbType.Bigint)).ConfigureAwait(false);
        if (old.Count != drawn.Count)
        {
            throw new TenantMoveException($"The copy differs: there are {old.Count} events in '{source.Place}', and {drawn.Count} in '{target.Place}'. Both stay as they are.");
        }

        await ExecuteAsync(from, Load("tenant_numbers_end", _here), cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(from, Load("tenant_numbers_begin", _here), cancellationToken).ConfigureAwait(false);
        var writer = await from.BeginBinaryImportAsync(MovedTable.Statement("tenant_numbers_in"), cancellationToken).ConfigureAwait(false);
        await using var _ = writer.ConfigureAwait(false);
        foreach (var (number, gets) in old.Zip(drawn))
        {
            await writer.StartRowAsync(cancellationToken).ConfigureAwait(false);
            await writer.WriteAsync(number, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
            await writer.WriteAsync(gets, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
        }

        await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private static Task<List<long>> NumbersAsync(NpgsqlConnection connection, PostgresOptions log, TenantDatabase whose, CancellationToken cancellationToken) => ReadAsync(
        connection,
        Load("tenant_numbers", log)
            .Replace("{rows_of_events}", RowsOf(whose, "e"), StringComparison.Ordinal)
            .Replace("{rows_of_archive}", RowsOf(whose, "a"), StringComparison.Ordinal),
        row => row.GetInt64(0),
        cancellationToken);

    // A sequence never goes back: others may have drawn more there.
    private async Task SetSequencesAsync(NpgsqlConnection from, NpgsqlConnection to, CancellationToken cancellationToken)
    {
        if (!target.IsConjoined)
        {
            var numbers = new MovedTable(options.EventSchema, "mt_events_sequence", "");
            await SetAsync(to, numbers.Quoted, (await LastAsync(from, numbers.Quoted, cancellationToken).ConfigureAwait(false)).Last, cancellationToken).ConfigureAwait(false);
        }

        foreach (var identity in Identities.Select(name => new MovedTable(options.LedgerSchema, name, "id")))
        {
            var most = (await ReadAsync(from, Text("tenant_most", identity, "id", source), row => row.GetInt64(0), cancellationToken).ConfigureAwait(false))[0];
            var sequence = (await ReadAsync(
                to, Load("tenant_identity", _there), row => row.GetString(0), cancellationToken, command => command.WithText(identity.Quoted).WithText("id")).ConfigureAwait(false))[0];
            await SetAsync(to, sequence, most, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task SetAsync(NpgsqlConnection to, string sequence, long most, CancellationToken cancellationToken)
    {
        if (most > (await LastAsync(to, sequence, cancellationToken).ConfigureAwait(false)).Last || most == 1)
        {
            await ReadAsync(
                to,
                SqlText.Load("tenant_set_sequence"),
                row => row.GetInt64(0),
                cancellationToken,
                command => command.WithText(sequence).With(most, NpgsqlDbType.Bigint).With(true, NpgsqlDbType.Boolean)).ConfigureAwait(false);
        }
    }

    private static async Task<(long Last, bool IsCalled)> LastAsync(NpgsqlConnection connection, string sequence, CancellationToken cancellationToken) =>
        (await ReadAsync(
            connection, SqlText.Load("tenant_sequence").Replace("{table}", sequence, StringComparison.Ordinal), row => (row.GetInt64(0), row.GetBoolean(1)), cancellationToken)
            .ConfigureAwait(false))[0];

    private async Task FreezeAsync(NpgsqlConnection from, List<Pair> pairs, CancellationToken cancellationToken)
    {
        var transaction = await from.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var condition = source.IsConjoined ? $"when (current_setting('{TenantSetting.Name}', true) = {SchemaNames.Literal(source.Tenant)})" : "";
        await BusyTables.LockAsync(
            transaction,
            () => OfEachAsync(from, pairs, table => OfTrigger("tenant_freeze", table).Replace("{condition}", condition, StringComparison.Ordinal), cancellationToken),
            Refusal,
            cancellationToken).ConfigureAwait(false);

        // Again, because it may have been sealed while the locks were waited for.
        await CheckSealAsync(from, cancellationToken).ConfigureAwait(false);
        await NoteAsync(from, Moving + target.Place, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    // On another connection, because the one of the copy may be lost: the tenant keeps its log.
    private async Task ThawAsync(NpgsqlDataSource sourcePool, List<Pair> pairs)
    {
        var connection = await OpenAsync(sourcePool, _here, CancellationToken.None).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        await BusyTables.LockAsync(
            transaction, () => OfEachAsync(connection, pairs, table => OfTrigger("tenant_thaw", table), CancellationToken.None), Refusal, CancellationToken.None).ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
    }

    private static async Task OfEachAsync(NpgsqlConnection connection, List<Pair> pairs, Func<MovedTable, string> text, CancellationToken cancellationToken)
    {
        foreach (var (table, _) in pairs)
        {
            await ExecuteAsync(connection, text(table), cancellationToken).ConfigureAwait(false);
        }
    }

    private static TenantMoveException Refusal(string because) => new($"{because} Move the tenant again.");

    // Others write to the same tables in a schema of many.
    private async Task CountAsync(NpgsqlConnection to, CancellationToken cancellationToken)
    {
        var transaction = await to.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        await BusyTables.LockAsync(transaction, () => ExecuteAsync(to, Load("quota_triggers", _there), cancellationToken), Refusal, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task FinishAsync(NpgsqlConnection from, CancellationToken cancellationToken)
    {
        await NoteAsync(from, target.Place, cancellationToken).ConfigureAwait(false);
        if (source.IsConjoined)
        {
            await ReadAsync(from, Load("disable_conjoined_tenant", _here), row => true, cancellationToken, command => command.WithText(source.Tenant)).ConfigureAwait(false);
        }
    }

    private Task NoteAsync(NpgsqlConnection from, string place, CancellationToken cancellationToken) => ExecuteAsync(
        from,
        Load("tenant_note", _here).Replace("{trigger}", SchemaNames.Quoted(_trigger), StringComparison.Ordinal).Replace("{place}", SchemaNames.Literal(place), StringComparison.Ordinal),
        cancellationToken);

    private async Task<bool> HasRowsAsync(NpgsqlConnection to, List<Pair> pairs, CancellationToken cancellationToken)
    {
        foreach (var (_, there) in pairs)
        {
            var sql = Text("tenant_rows_exist", there, "", target).Replace("{counts}", TenantCopy.RowsThatCount(there.Purpose), StringComparison.Ordinal);
            if ((await ReadAsync(to, sql, row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))[0])
            {
                return true;
            }
        }

        return false;
    }

    private static NpgsqlDataSource PoolOf(string connectionString) =>
        PostgresDataSources.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString);

    private static async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource pool, PostgresOptions log, CancellationToken cancellationToken)
    {
        var connection = await Connections.OpenPatientlyAsync(PostgresDataSources.ForWriting(pool), log, cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, SqlText.Load("tenant_session"), cancellationToken).ConfigureAwait(false);
        if (log.Tenancy == Tenancy.Conjoined)
        {
            await ExecuteAsync(connection, SqlText.Load("tenant_held"), cancellationToken).ConfigureAwait(false);
        }

        return connection;
    }

    private string ColumnsOf(MovedTable table) => target.IsConjoined ? table.Renumbered : table.Columns;

    private static string RowsOf(TenantDatabase whose, string alias) => whose.IsConjoined ? $"where {alias}.tenant_id = current_setting('{TenantSetting.Name}')" : "";

    private string Text(string sql, MovedTable table, string columns, TenantDatabase whose) => MovedTable.Statement(sql)
        .Replace("{columns}", columns, StringComparison.Ordinal)
        .Replace("{rows}", target.IsConjoined && whose == source && table.NoteOf is { } note ? NotesOf(note) : RowsOf(whose, "t"), StringComparison.Ordinal)
        .Replace("{table}", table.Quoted, StringComparison.Ordinal);

    private string NotesOf(string column) => MovedTable.Statement("tenant_notes")
        .Replace("{column}", column, StringComparison.Ordinal).Replace("{rows}", RowsOf(source, "t"), StringComparison.Ordinal);

    private string OfTrigger(string sql, MovedTable table) =>
        Load(sql, _here).Replace("{trigger}", SchemaNames.Quoted(_trigger), StringComparison.Ordinal).Replace("{table}", table.Quoted, StringComparison.Ordinal);

    private static string Load(string sql, PostgresOptions log) => SqlText.Load(sql, log.Schemas);

    private async Task<CopiedTable> HashAsync(NpgsqlConnection connection, MovedTable table, string columns, TenantDatabase whose, CancellationToken cancellationToken) =>
        (await ReadAsync(
            connection, Text("tenant_rows_hash", table, columns, whose), row => new CopiedTable($"{table.Schema}.{table.Purpose}", row.GetInt64(0), row.GetString(1)), cancellationToken)
            .ConfigureAwait(false))[0];

    private static Task<List<MovedTable>> PartsAsync(NpgsqlConnection connection, PostgresOptions log, CancellationToken cancellationToken) => ReadAsync(
        connection, Load("tenant_parts", log), row => new MovedTable(row.GetString(0), row.GetString(1), row.GetString(2)), cancellationToken);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<List<T>> ReadAsync<T>(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, Action<NpgsqlCommand>? add = null)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var _ = command.ConfigureAwait(false);
        add?.Invoke(command);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private sealed record Pair(MovedTable From, MovedTable To);
}
