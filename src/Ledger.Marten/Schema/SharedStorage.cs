using Marten.Exceptions;
using Marten.Storage;
using Npgsql;

namespace Ledger.Marten.Schema;

/// <summary>Makes the tables and functions of a feature where other stores and programs may be about to make the same.</summary>
internal static class SharedStorage
{
    // Each looks again at what is missing, and then has less to make.
    private const int Attempts = 20;

    private const string ObjectChangedAtTheSameTime = PostgresErrorCodes.InternalError;

    /// <summary>Has Marten make what a type needs, if it may.</summary>
    /// <remarks>PostgreSQL refuses one of two transactions that create the same at once, also where they say "if not exists" or "or replace".</remarks>
    public static async Task EnsureAsync(IMartenDatabase database, Type type, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await database.EnsureStorageExistsAsync(type, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (MartenSchemaException fault) when (attempt < Attempts && fault.InnerException is PostgresException refusal && IsOvertaken(refusal))
            {
                // Another has made it.
            }
        }
    }

    private static bool IsOvertaken(PostgresException refusal) => refusal switch
    {
        { SqlState: PostgresErrorCodes.UniqueViolation, SchemaName: "pg_catalog" } => true,
        { SqlState: ObjectChangedAtTheSameTime } => refusal.MessageText.Contains("concurrently", StringComparison.Ordinal),
        _ => refusal.SqlState is PostgresErrorCodes.DuplicateSchema
            or PostgresErrorCodes.DuplicateTable
            or PostgresErrorCodes.DuplicateFunction
            or PostgresErrorCodes.DuplicateObject
            or PostgresErrorCodes.DuplicateColumn
            or PostgresErrorCodes.DeadlockDetected,
    };
}
