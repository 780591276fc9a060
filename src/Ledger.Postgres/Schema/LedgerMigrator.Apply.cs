using Ledger.Postgres.Connecting;
using Ledger.Postgres.Roles;
using Ledger.Postgres.Tenants;
using Npgsql;

namespace Ledger.Postgres.Schema;

public sealed partial class LedgerMigrator
{
    /// <summary>Applies the pending migrations, in order, each in its own transaction, then the functions whose text is new, in one transaction, creates the
    /// document tables of the options' projections, and restores missing objects; returns what this call did.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>Nothing is pending, and no object is missing: nothing is written, and no right to create anything is needed.</item>
    /// <item>Another node is migrating: this call waits for it, and then applies what is still pending.</item>
    /// <item>A migration fails: it is rolled back, and earlier ones stay applied.</item>
    /// <item>A function fails: the migrations stay applied, no function is changed. A function that the program no longer has is dropped, if this or
    /// an older program applied it. A function that a newer program applied stays as it is.</item>
    /// <item>The schema has the migrations before <c>0001_tables</c>, at least up to <c>0017_pages_by_index</c>: it is brought to the current tables in
    /// one transaction, with all of its rows, and is recorded as having <c>0001_tables</c>.</item>
    /// <item>The migrations are applied, but tables, columns, indexes, constraints, triggers, views or functions that they made are missing, as after Marten's
    /// <c>CompletelyRemoveAllAsync</c>: they are created again in one transaction. A table comes back empty. If the foreign keys to the streams were missing,
    /// rows derived from deleted streams are removed. Objects that differ are left unchanged, and <see cref="AssertAsync"/> names them. A database that a newer
    /// program has migrated is not repaired.</item>
    /// <item>Roles were made for the log (see <see cref="LedgerRoles"/>), and this is called as the owner of the tables: new tables and functions get their rights, and what differs is
    /// corrected. That waits for running appends, up to ten seconds.</item>
    /// <item>Transactions of others hold a table that a migration changes: it waits for them without a limit, in parts, between which writers go on.</item>
    /// </list>
    /// </remarks>
    /// <exception cref="MigrationChecksumException">The database has a migration with another text; nothing was applied.</exception>
    /// <exception cref="MigrationOrderException">The database has a later migration than a pending one; nothing was applied.</exception>
    /// <exception cref="MigrationFailedException">The server refused a migration.</exception>
    /// <exception cref="FunctionFailedException">The server refused a function.</exception>
    /// <exception cref="SchemaTooOldException">The schema has to be migrated by the previous version first; nothing was applied.</exception>
    /// <exception cref="ReservedStreamsException">An application writes streams whose names a pending migration takes for Ledger; nothing was applied.</exception>
    /// <exception cref="SchemaNotMendedException">The server refused to create the missing objects; none of them was created.</exception>
    /// <exception cref="UnsupportedServerException">The server is too old.</exception>
    /// <exception cref="DatabaseEncodingException">The database is not encoded in UTF8; nothing was applied.</exception>
    /// <exception cref="TenancyException">The options ask for <see cref="Tenancy.Conjoined"/>, and the schema has a log already, or the role is not held to row-level
    /// security.</exception>
    public async Task<MigrationRun> ApplyAsync(CancellationToken cancellationToken = default)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        await CheckEncodingAsync(connection, cancellationToken).ConfigureAwait(false);
        if (IsConjoined)
        {
            await CheckOwnerAsync(connection, cancellationToken).ConfigureAwait(false);
        }

        var record = await ReadRecordAsync(connection, cancellationToken).ConfigureAwait(false);
        await RefuseReservedAsync(connection, record, cancellationToken).ConfigureAwait(false);
        var mended = new List<SchemaDifference>();
        var run = record.IsPending(Known, Functions, _options.LedgerSchema) || (IsConjoined && !_isDivided)
            ? await ApplyPendingAsync(connection, record.IsToAdopt, mended, cancellationToken).ConfigureAwait(false)
            : new MigrationRun([]) { Mended = mended };
        await CreateDocumentTablesAsync(connection, cancellationToken).ConfigureAwait(false);
        await ConjoinAsync(connection, cancellationToken).ConfigureAwait(false);
        mended.AddRange(await MendAsync(connection, OfEverything, cancellationToken).ConfigureAwait(false));
        await GrantAsync(connection, cancellationToken).ConfigureAwait(false);
        return run;
    }

    // New tables and functions get the rights of the roles that were made for the log, if any were; also after a call that failed before it had given them.
    private async Task GrantAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (await LedgerRoles.FindAsync(connection, _options.Schemas, cancellationToken).ConfigureAwait(false) is not { } names)
        {
            return;
        }

        var check = await RoleCheck.ReadAsync(connection, _options, names, cancellationToken).ConfigureAwait(false);
        if (!check.IsToGrant() || !await IsOwnerAsync(connection, check.Owner, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        await LockedAsync(
            connection,
            PatientLocks.Patience,
            token => ExecuteAsync(connection, new RoleScript(_options.Schemas, names).Grant(), token),
            cancellationToken).ConfigureAwait(false);
    }

    // Whether the user of the connection has the rights of the owner; any other changes no rights.
    private async Task<bool> IsOwnerAsync(NpgsqlConnection connection, string owner, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("has_role"), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter { Value = owner });
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
    }

    private async Task CheckEncodingAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("DatabaseEncoding"), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (reader.GetString(1) is var encoding && encoding != "UTF8")
        {
            throw new DatabaseEncodingException(reader.GetString(0), encoding);
        }
    }

    private async Task<MigrationRun> ApplyPendingAsync(
        NpgsqlConnection connection,
        bool isToAdopt,
        List<SchemaDifference> mended,
        CancellationToken cancellationToken)
    {
        await PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
        mended.AddRange(await MendAsync(connection, OfRecorded, cancellationToken).ConfigureAwait(false));
        var adopted = isToAdopt ? await AdoptAsync(connection, cancellationToken).ConfigureAwait(false) : null;
        var record = await ReadRecordAsync(connection, cancellationToken).ConfigureAwait(false);
        var done = new List<int>();
        foreach (var number in Pending(record).Select(status => status.Number))
        {
            var migration = Known.Single(known => known.Number == number);
            if (await ApplyOneAsync(connection, migration, cancellationToken).ConfigureAwait(false))
            {
                LogMessages.MigrationApplied(_logger, migration.Number, migration.Name, _options.LedgerSchema);
                done.Add(number);
            }
        }

        await ConjoinAsync(connection, cancellationToken).ConfigureAwait(false);
        var (functions, dropped) = await ApplyFunctionsAsync(connection, cancellationToken).ConfigureAwait(false);
        record = await ReadRecordAsync(connection, cancellationToken).ConfigureAwait(false);
        return new MigrationRun([.. record.Join(Known).Where(status => done.Contains(status.Number))])
        {
            Mended = mended,
            Adopted = adopted,
            Functions = functions,
            DroppedFunctions = dropped,
        };
    }

    private List<MigrationStatus> Pending(SchemaRecord record) => MigrationStatus.Pending(Known, record.Current, _options.LedgerSchema);

    // Before pending migrations are applied, which may change the set of missing objects. Where nothing was applied, nothing can be missing.
    private SchemaMending OfRecorded(SchemaCatalog catalog, SchemaRecord record) => record.IsToAdopt
        ? SchemaMending.OfAdopted(catalog, _options.Schemas, Known[0])
        : SchemaMending.OfObjects(
            catalog,
            _options.Schemas,
            [.. Known.Where(migration => record.Migrations.Any(row => row.Number == migration.Number))],
            record.Made(Functions));

    // The catalog is compared with all that the program's files make; a newer program may have removed some of that.
    private SchemaMending? OfEverything(SchemaCatalog catalog, SchemaRecord record) =>
        Known.Count == Migration.All.Count
        && ReferenceEquals(Functions, SchemaFunction.All)
        && !record.IsToAdopt
        && record.Migrations.Count >= Known.Count
        && record.Migrations.All(row => row.Number <= Known[^1].Number)
        && record.Join(Functions, Known).All(function => function.State != FunctionState.Newer)
            ? SchemaMending.OfAll(catalog, _options.Schemas)
            : null;

    private Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => LockedAsync(
        connection, token => ExecuteAsync(connection, SqlText.Load("PrepareMigrations", _options.Schemas), token), cancellationToken);

    private Task<bool> ApplyOneAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken) =>
        LockedAsync(connection, token => ApplyLockedAsync(connection, migration, token), cancellationToken);

    private async Task<bool> ApplyLockedAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        var record = await ReadRecordAsync(connection, cancellationToken).ConfigureAwait(false);
        if (Pending(record).All(status => status.Number != migration.Number))
        {
            return false;
        }

        try
        {
            var functions = SchemaFunction.TextsFor(Functions, migration.Text);
            await ExecuteAsync(connection, SqlText.Load("MendBegin"), cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(connection, OfAllTenants(functions, migration.Text), cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (fault.SqlState != PostgresErrorCodes.QueryCanceled)
        {
            throw new MigrationFailedException(migration.Number, migration.Name, fault);
        }

        await ExecuteAsync(
            connection,
            SqlText.Load("RecordMigration", _options.Schemas),
            cancellationToken,
            migration.Number,
            migration.Name,
            migration.Checksum,
            Migration.ProgramVersion).ConfigureAwait(false);
        return true;
    }

    // One migrator at a time, for whom others wait as long as it takes. Each transaction takes the lock again, so that it also works with a pooler that uses
    // another server process for every transaction.
    private static Task<T> LockedAsync<T>(
        NpgsqlConnection connection, TimeSpan patience, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) => PatientLocks.RunAsync(
            connection, patience, token => ExecuteAsync(connection, SqlText.Load("LockMigrations"), token), work, cancellationToken);

    private static Task<T> LockedAsync<T>(NpgsqlConnection connection, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        LockedAsync(connection, Timeout.InfiniteTimeSpan, work, cancellationToken);

    private static Task LockedAsync(NpgsqlConnection connection, Func<CancellationToken, Task> work, CancellationToken cancellationToken) =>
        LockedAsync(connection, Timeout.InfiniteTimeSpan, work, cancellationToken);

    private static async Task LockedAsync(NpgsqlConnection connection, TimeSpan patience, Func<CancellationToken, Task> work, CancellationToken cancellationToken) =>
        await LockedAsync<bool>(
            connection,
            patience,
            async token =>
            {
                await work(token).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    private static async Task ExecuteAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancellationToken,
        params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using var _ = command.ConfigureAwait(false);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
