using Ledger.Log;
using Ledger.Marten.Appending;
using Marten.Exceptions;
using Npgsql;

namespace Ledger.Wolverine.Handling;

/// <summary>Recognises conflicts with a faster writer, or with a node that makes the same tables, and defines the pauses before retries.</summary>
internal static class Conflicts
{
    /// <summary>The pauses, of which a random part is waited.</summary>
    public static IEnumerable<TimeSpan> Cooldowns { get; } = [.. new[] { 20, 50, 100, 250, 500 }.Select(ms => TimeSpan.FromMilliseconds(ms))];

    /// <summary>Whether an exception is a conflict: its transaction was certainly rolled back, and the next one decides on the new state.</summary>
    public static bool Contains(Exception fault)
    {
        if (fault is MartenSchemaException)
        {
            return Causes(fault).OfType<PostgresException>().Any(IsMadeMeanwhile);
        }

        var cause = fault is MartenException { InnerException: NpgsqlException failure } ? failure : fault;
        return cause is WrongExpectedVersionException
            or PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure }
            || MartenFaults.IsOvertaken(cause);
    }

    /// <summary>Whether another node made the same table or function at that moment; PostgreSQL reports the races of its catalog as an internal error.</summary>
    private static bool IsMadeMeanwhile(PostgresException refusal) => refusal.SqlState is
        PostgresErrorCodes.DeadlockDetected
        or PostgresErrorCodes.LockNotAvailable
        or PostgresErrorCodes.InternalError
        or PostgresErrorCodes.UniqueViolation
        or PostgresErrorCodes.DuplicateSchema
        or PostgresErrorCodes.DuplicateTable
        or PostgresErrorCodes.DuplicateColumn
        or PostgresErrorCodes.DuplicateObject
        or PostgresErrorCodes.DuplicateFunction;

    private static IEnumerable<Exception> Causes(Exception fault)
    {
        for (var cause = fault.InnerException; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
