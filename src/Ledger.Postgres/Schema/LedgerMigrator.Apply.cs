using Npgsql;

namespace Ledger.Postgres.Schema;

public sealed partial class LedgerMigrator
{
    /// <summary>Applies what is pending, in order, each migration in its own transaction, makes the tables of documents that the options'
    /// projections keep, and makes again what was lost; returns the migrations that this call applied, and what it mended.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>Nothing is pending, and every object is there: nothing is written, and no right to create anything is needed.</item>
    /// <item>Another node is migrating: this call waits for it, and applies what is then still pending.</item>
    /// <item>A migration fails: those before it stay applied, nothing of it remains.</item>
    /// <item>The migrations are applied, but tables, columns, indexes, constraints, triggers, views or functions that they made are gone, as after
    /// Marten's <c>CompletelyRemoveAllAsync</c>: they are made again in one transaction. A table comes back empty. Where the foreign keys to the
    /// streams were gone, rows derived from streams that are gone are removed. What is there in another form stays, and
    /// <see cref="AssertAsync"/> names it. A database that a newer program has migrated is not mended.</item>
    /// </list>
    /// </remarks>
    /// <exception cref="MigrationChecksumException">The database has a migration with another text; nothing was applied.</exception>
    /// <exception cref="MigrationOrderException">The database has a later migration than a pending one; nothing was applied.</exception>
    /// <exception cref="MigrationFailedException">The server refused a migration.</exception>
    /// <exception cref="SchemaNotMendedException">The server refused to make again what is missing; nothing of that was changed.</exception>
    /// <exception cref="UnsupportedServerException">The server is too old.</exception>
    /// <exception cref="DatabaseEncodingException">The database is not encoded in UTF8; nothing was applied.</exception>
    public async Task<MigrationRun> ApplyAsync(CancellationToken cancellationToken = default)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        await CheckEncodingAsync(connection, cancellationToken).ConfigureAwait(false);
        var applied = await ReadAppliedAsync(connection, cancellationToken).ConfigureAwait(false);
        var pending = Pending(applied);
        IReadOnlyList<MigrationStatus> done = [];
        var mended = new List<SchemaDifference>();
        if (pending.Count > 0)
        {
            mended.AddRange(await MendAsync(connection, OfApplied, cancellationToken).ConfigureAwait(false));
            done = await ApplyPendingAsync(connection, pending, cancellationToken).ConfigureAwait(false);
        }

        await CreateDocumentTablesAsync(connection, cancellationToken).ConfigureAwait(false);
        mended.AddRange(await MendAsync(connection, OfEverything, cancellationToken).ConfigureAwait(false));
        return new MigrationRun(done, mended);
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

    private async Task<IReadOnlyList<MigrationStatus>> ApplyPendingAsync(
        NpgsqlConnection connection,
        List<MigrationStatus> pending,
        CancellationToken cancellationToken)
    {
        await PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
        var done = new List<int>();
        foreach (var number in pending.Select(status => status.Number))
        {
            var migration = _known.Single(known => known.Number == number);
            if (await ApplyOneAsync(connection, migration, cancellationToken).ConfigureAwait(false))
            {
                LogMessages.MigrationApplied(_logger, migration.Number, migration.Name, _options.LedgerSchema);
                done.Add(number);
            }
        }

        var applied = await ReadAppliedAsync(connection, cancellationToken).ConfigureAwait(false);
        return [.. MigrationStatus.Join(_known, applied).Where(status => done.Contains(status.Number))];
    }

    private List<MigrationStatus> Pending(IReadOnlyList<AppliedMigration> applied) =>
        MigrationStatus.Pending(_known, applied, _options.LedgerSchema);

    // Before pending migrations run, which may change what is missing. Where none is applied, nothing can be.
    private SchemaMending OfApplied(SchemaCatalog catalog, IReadOnlyList<AppliedMigration> applied) => SchemaMending.OfObjects(
        catalog, _options.Schemas, [.. _known.Where(migration => applied.Any(row => row.Number == migration.Number))]);

    // The catalog is compared with what all migrations of the program make; a newer program's may have removed some of that.
    private SchemaMending? OfEverything(SchemaCatalog catalog, IReadOnlyList<AppliedMigration> applied) =>
        _known.Count == Migration.All.Count && applied.Count >= _known.Count && applied.All(row => row.Number <= _known.Count)
            ? SchemaMending.OfAll(catalog, _options.Schemas)
            : null;

    private async Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await LockAsync(connection, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        await ExecuteAsync(connection, SqlText.Load("PrepareMigrations", _options.Schemas), cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    // Each transaction takes the lock anew, so that it also holds behind a pooler that gives every transaction another server process.
    private async Task<bool> ApplyOneAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        var transaction = await LockAsync(connection, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var applied = await ReadAppliedAsync(connection, cancellationToken).ConfigureAwait(false);
        if (Pending(applied).All(status => status.Number != migration.Number))
        {
            return false;
        }

        try
        {
            await ExecuteAsync(connection, _options.Schemas.Fill(migration.Text), cancellationToken).ConfigureAwait(false);
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
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static async Task<NpgsqlTransaction> LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ExecuteAsync(connection, SqlText.Load("LockMigrations"), cancellationToken).ConfigureAwait(false);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

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
