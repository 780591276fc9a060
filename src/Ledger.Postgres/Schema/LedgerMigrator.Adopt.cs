using Npgsql;

namespace Ledger.Postgres.Schema;

public sealed partial class LedgerMigrator
{
    // Returns the last migration that was replaced; null where another node was faster.
    private async Task<string?> AdoptAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var last = await LockedAsync(connection, token => AdoptLockedAsync(connection, token), cancellationToken).ConfigureAwait(false);
        if (last is not null)
        {
            LogMessages.SchemaAdopted(_logger, last, _options.LedgerSchema);
        }

        return last;
    }

    private async Task<string?> AdoptLockedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var record = await ReadRecordAsync(connection, cancellationToken).ConfigureAwait(false);
        if (!record.IsToAdopt)
        {
            return null;
        }

        SchemaAdoption.Check(record.Migrations, _options.LedgerSchema);
        try
        {
            await ExecuteAsync(
                connection, _options.Schemas.Fill(SchemaAdoption.Statement(Known[0], Functions)), cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (fault.SqlState != PostgresErrorCodes.QueryCanceled)
        {
            throw new MigrationFailedException(Known[0].Number, Known[0].Name, fault);
        }

        return SchemaAdoption.LastOf(record.Migrations);
    }
}
