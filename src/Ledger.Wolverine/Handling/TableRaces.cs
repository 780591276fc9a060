using Marten.Exceptions;
using Npgsql;

namespace Ledger.Wolverine.Handling;

/// <summary>Recognises that another node made the same tables at that moment, and defines the pauses before retries.</summary>
/// <remarks>Marten makes what is missing before the transaction of a message, so nothing of the message is written.</remarks>
internal static class TableRaces
{
    /// <summary>The pauses, of which a random part is waited: tables take seconds on a busy machine.</summary>
    public static IEnumerable<TimeSpan> Cooldowns { get; } = [.. new[] { 1, 2, 4, 8, 16 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    /// <summary>Whether an exception is such a race, and not a schema that cannot be made.</summary>
    public static bool Contains(Exception fault)
    {
        for (var cause = fault is MartenSchemaException ? fault.InnerException : null; cause is not null; cause = cause.InnerException)
        {
            if (cause is PostgresException refusal && IsMadeMeanwhile(refusal))
            {
                return true;
            }
        }

        return false;
    }

    // The catalog's own rows are in no lock's order: a race shows as a row that is there, or as an internal error.
    private static bool IsMadeMeanwhile(PostgresException refusal) => refusal.SqlState switch
    {
        PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.DuplicateSchema
            or PostgresErrorCodes.DuplicateTable
            or PostgresErrorCodes.DuplicateColumn
            or PostgresErrorCodes.DuplicateObject
            or PostgresErrorCodes.DuplicateFunction => true,
        PostgresErrorCodes.UniqueViolation => refusal.ConstraintName?.StartsWith("pg_", StringComparison.Ordinal) == true,
        PostgresErrorCodes.InternalError => refusal.MessageText.Contains("concurrently", StringComparison.Ordinal),
        _ => false,
    };
}
