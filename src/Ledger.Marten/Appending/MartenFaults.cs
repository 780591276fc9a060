using JasperFx;
using JasperFx.Events;
using Ledger.Postgres.Appending;
using Marten.Exceptions;
using Npgsql;

namespace Ledger.Marten.Appending;

/// <summary>What Marten's exceptions mean.</summary>
internal static class MartenFaults
{
    private const string StreamAndVersionIndex = "pk_mt_events_stream_and_version";

    /// <summary>The failure of the database within a failure of Marten, or what was thrown.</summary>
    public static Exception Unwrap(Exception fault) => fault is MartenException { InnerException: NpgsqlException cause } ? cause : fault;

    /// <summary>Whether the same request may succeed when it is sent again.</summary>
    public static bool IsTransient(Exception fault) => TransientFaults.Contains(fault) || IsOvertaken(fault) || IsWithoutPrimary(fault);

    /// <summary>Whether none of several servers could be written to, which has no further cause.</summary>
    private static bool IsWithoutPrimary(Exception fault) => fault is NpgsqlException { InnerException: null } and not PostgresException;

    /// <summary>Whether the transaction may be committed all the same.</summary>
    public static bool IsInDoubt(Exception fault) => TransientFaults.IsServerAway(fault);

    /// <summary>Whether Marten began its transaction anew, without the locks, and somebody was faster.</summary>
    public static bool IsOvertaken(Exception fault) =>
        fault is ConcurrencyException or EventStreamUnexpectedMaxEventIdException or InvalidStreamOperationException
            or PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: StreamAndVersionIndex };
}
