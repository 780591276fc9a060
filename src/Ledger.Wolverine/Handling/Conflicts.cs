using Ledger.Log;
using Ledger.Marten.Appending;
using Marten.Exceptions;
using Npgsql;

namespace Ledger.Wolverine.Handling;

/// <summary>Recognises conflicts with a faster writer, and defines the pauses before retries.</summary>
internal static class Conflicts
{
    /// <summary>The pauses, of which a random part is waited.</summary>
    public static IEnumerable<TimeSpan> Cooldowns { get; } = [.. new[] { 20, 50, 100, 250, 500 }.Select(ms => TimeSpan.FromMilliseconds(ms))];

    /// <summary>Whether an exception is a conflict: its transaction was certainly rolled back, and the next one decides on the new state.</summary>
    public static bool Contains(Exception fault)
    {
        var cause = fault is MartenException and not MartenSchemaException and { InnerException: NpgsqlException failure } ? failure : fault;
        return cause is WrongExpectedVersionException
            or PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure }
            || MartenFaults.IsOvertaken(cause);
    }
}
