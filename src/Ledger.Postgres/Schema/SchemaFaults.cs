using Npgsql;

namespace Ledger.Postgres.Schema;

/// <summary>Names what a database lacks that has no tables of Ledger; the server knows only that a name is unknown.</summary>
internal static class SchemaFaults
{
    /// <summary>Whether a statement failed because a table, a function or the schema is not there.</summary>
    public static bool MayBe(PostgresException fault) =>
        fault.SqlState is PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction;

    /// <summary>Looks why, when a statement has failed so; whatever hinders the look leaves the first failure to be thrown.</summary>
    /// <exception cref="SchemaNotMigratedException">Not even the first migration was applied.</exception>
    public static async Task ThrowIfNotMigratedAsync(NpgsqlDataSource pool, PostgresOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await new LedgerMigrator(pool, options).EnsureMigratedAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SchemaNotMigratedException missing)
        {
            // With some of them applied, what is missing may be one that the caller can do without.
            if (missing.Missing is [{ Number: 1 }, ..])
            {
                throw;
            }
        }
        catch (Exception fault) when (fault is NpgsqlException or UnsupportedServerException)
        {
        }
    }
}
