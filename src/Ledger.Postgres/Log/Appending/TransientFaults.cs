using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace Ledger.Postgres.Log.Appending;

/// <summary>Failures that say nothing about the request, so that sending it again can succeed.</summary>
/// <remarks>The codes: https://www.postgresql.org/docs/current/errcodes-appendix.html</remarks>
internal static class TransientFaults
{
    private const string IdleSessionTimeout = "57P05";
    private const string NumberIndex = "pkey_mt_events_seq_id";
    private const string EventIdIndex = "idx_mt_events_event_id";

    /// <summary>Whether the server was away, or chose this transaction as the victim of a conflict.</summary>
    public static bool Contains(Exception fault) => IsServerAway(fault) || IsVictim(fault);

    /// <summary>Whether the server could not be reached, ended the connection, or is not the primary any more.</summary>
    public static bool IsServerAway(Exception fault) => fault switch
    {
        PostgresException refusal => refusal.SqlState is
            PostgresErrorCodes.AdminShutdown
            or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.TooManyConnections
            or IdleSessionTimeout
            || IsDemoted(refusal)
            || refusal.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException { InnerException: { } cause } => IsLoss(cause),
        // The name of the server was looked up in vain.
        SocketException => true,
        _ => false,
    };

    /// <summary>Whether every other request would fail the same way, so that trying them one by one is of no use.</summary>
    public static bool IsOfTheServer(Exception fault) =>
        IsServerAway(fault) || fault is PostgresException { SqlState: PostgresErrorCodes.DiskFull };

    /// <summary>Whether the transaction was rolled back for another's sake.</summary>
    public static bool IsVictim(Exception fault) =>
        fault is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected }
        || IsIdTaken(fault);

    /// <summary>Whether another writer used an event's id at the same time: sent again, the look-up finds it, and the append is refused with that
    /// reason.</summary>
    public static bool IsIdTaken(Exception fault) =>
        fault is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: EventIdIndex };

    /// <summary>Whether an event got a number that another has: the sequence was set back.</summary>
    public static bool IsNumberTaken(Exception fault) =>
        fault is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: NumberIndex };

    /// <summary>Whether the server has become a standby, whose connections are useless.</summary>
    public static bool IsDemoted(Exception fault) => fault is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction };

    /// <summary>Whether a connection could not be opened, for a temporary reason: no answer in time, no place in the pool, no primary
    /// among several servers, an answer that breaks off.</summary>
    /// <remarks>Valid only when nothing was sent: a later time-out means that the statement took too long.</remarks>
    public static bool IsFailureToOpen(Exception fault) =>
        fault is NpgsqlException { InnerException: not AuthenticationException } and not PostgresException;

    /// <summary>Whether a connection could not be opened, but perhaps can be a moment later; to be asked only when nothing was sent.</summary>
    public static bool CannotOpenYet(Exception fault) => IsServerAway(fault) || IsFailureToOpen(fault);

    /// <summary>Whether a prepared statement is not where it was prepared: a pooler gave the transaction another session.</summary>
    public static bool IsOfPooler(Exception fault) => fault is PoolerException or PostgresException
    {
        SqlState: PostgresErrorCodes.InvalidSqlStatementName or PostgresErrorCodes.DuplicatePreparedStatement,
    };

    private static bool IsLoss(Exception cause) => cause switch
    {
        IOException or SocketException => true,
        AggregateException several => several.InnerExceptions.Any(IsLoss),
        NpgsqlException => IsServerAway(cause),
        _ => false,
    };
}
