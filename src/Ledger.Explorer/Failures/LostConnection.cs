using Npgsql;

namespace Ledger.Explorer.Failures;

/// <summary>That a connection, which was open before, was lost, as those of a pool are when the server fails over: what only reads is asked once more, and waits for a server then.</summary>
internal static class LostConnection
{
    /// <summary>Whether it is why something failed.</summary>
    public static bool IsCauseOf(Exception exception)
    {
        for (var fault = exception; fault is not null; fault = fault.InnerException)
        {
            switch (fault)
            {
                case PostgresException server:
                    return server.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown;

                // One that could not be opened has the fault of the socket.
                case NpgsqlException { InnerException: IOException }:
                    return true;
            }
        }

        return false;
    }
}
