using Marten.Exceptions;
using Marten.Storage;
using Npgsql;

namespace Ledger.Marten.Schema;

/// <summary>Makes the tables and functions of a feature where other stores and programs may be about to make the same.</summary>
internal static class SharedStorage
{
    // Each looks again at what is missing, and then has less to make.
    private const int Attempts = 20;

    // What PostgreSQL calls "tuple concurrently updated", in the language of the server.
    private const string ChangedAtTheSameTime = PostgresErrorCodes.InternalError;

    /// <summary>Has Marten make what a type needs, if it may.</summary>
    public static ValueTask EnsureAsync(IMartenDatabase database, Type type, CancellationToken cancellationToken) =>
        EnsureAsync(() => database.EnsureStorageExistsAsync(type, cancellationToken));

    /// <summary>Lets Marten try again while others are faster.</summary>
    /// <remarks>PostgreSQL refuses one of two transactions that create the same at once, also where they say "if not exists" or "or replace".</remarks>
    public static async ValueTask EnsureAsync(Func<ValueTask> ensure)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ensure().ConfigureAwait(false);
                return;
            }
            catch (MartenSchemaException fault) when (attempt < Attempts && fault.InnerException is PostgresException refusal && IsOvertaken(refusal))
            {
                // Another has made it.
            }
        }
    }

    private static bool IsOvertaken(PostgresException refusal) =>
        refusal is { SqlState: PostgresErrorCodes.UniqueViolation, SchemaName: "pg_catalog" }
        || refusal.SqlState is ChangedAtTheSameTime
            or PostgresErrorCodes.DuplicateSchema
            or PostgresErrorCodes.DuplicateTable
            or PostgresErrorCodes.DuplicateFunction
            or PostgresErrorCodes.DuplicateObject
            or PostgresErrorCodes.DuplicateColumn
            or PostgresErrorCodes.DeadlockDetected;
}
