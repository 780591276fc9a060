using System.Net.Sockets;
using Npgsql;

namespace Ledger.Postgres.Appending;

/// <summary>Failures that say nothing about the request, so that sending it again can succeed.</summary>
internal static class TransientFaults
{
    /// <summary>Whether the server was away, or chose this transaction as the victim of a conflict.</summary>
    public static bool Contains(Exception fault) => fault switch
    {
        PostgresException refusal => refusal.SqlState is
            PostgresErrorCodes.SerializationFailure
            or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.AdminShutdown
            or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.TooManyConnections
            || refusal.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException { InnerException: IOException or SocketException } => true,
        _ => false,
    };
}
