using Npgsql;

namespace Ledger.Postgres.Migrations;

public sealed partial class LedgerMigrator
{
    /// <summary>Applies what is pending, in order, each migration in its own transaction, and makes the tables of documents that the
    /// options' projections keep; returns the migrations that this call applied.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>Nothing is pending, and every table is there: nothing is written, and no right to create anything is needed.</item>
    /// <item>Another node is migrating: this call waits for it, and applies what is then still pending.</item>
    /// <item>A migration fails: those before it stay applied, nothing of it remains.</item>
    /// </list>
    /// </remarks>
    /// <exception cref="MigrationChecksumException">The database has a migration with another text; nothing was applied.</exception>
    /// <exception cref="MigrationOrderException">The database has a later migration than a pending one; nothing was applied.</exception>
    /// <exception cref="MigrationFailedException">The server refused a migration.</exception>
    /// <exception cref="UnsupportedServerException">The server is too old.</exception>
    /// <exception cref="DatabaseEncodingException">The database is not encoded in UTF8; nothing was applied.</exception>
    public async Task<IReadOnlyList<MigrationStatus>> ApplyAsync(CancellationToken cancellationToken = default)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        await CheckEncodingAsync(connection, cancellationToken).ConfigureAwait(false);
        var pending = Pending(await ReadAppliedAsync(connection, cancellationToken).ConfigureAwait(false));
        var done = pending.Count == 0 ? [] : await ApplyPendingAsync(connection, pending, cancellationToken).ConfigureAwait(false);
        await CreateDocumentTablesAsync(connection, cancellationToken).ConfigureAwait(false);
        return done;
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
                Log.MigrationApplied(_logger, migration.Number, migration.Name, _options.LedgerSchema);
                done.Add(number);
            }
        }

        var applied = await ReadAppliedAsync(connection, cancellationToken).ConfigureAwait(false);
        return [.. MigrationStatus.Join(_known, applied).Where(status => done.Contains(status.Number))];
    }

    private List<MigrationStatus> Pending(IReadOnlyList<AppliedMigration> applied) =>
        MigrationStatus.Pending(_known, applied, _options.LedgerSchema);

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
