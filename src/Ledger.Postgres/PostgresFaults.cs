using System.Net.Sockets;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Npgsql;

namespace Ledger.Postgres;

/// <summary>Puts a failure of the database into words.</summary>
public static class PostgresFaults
{
    /// <summary>One sentence that states what happened and what to do, or null if the failure is not from the database.</summary>
    /// <param name="exception">The exception; inner exceptions count too.</param>
    public static string? Describe(Exception exception) => Describe(exception, null);

    /// <summary>The same, in which a server that cannot be reached is named.</summary>
    /// <param name="exception">The exception; inner exceptions count too.</param>
    /// <param name="server">How to name the server, such as <c>db.example:5432</c>; null for no name.</param>
    public static string? Describe(Exception exception, string? server)
    {
        ArgumentNullException.ThrowIfNull(exception);
        for (var fault = exception; fault is not null; fault = fault.InnerException)
        {
            switch (fault)
            {
                case MigrationFailedException or FunctionFailedException or SchemaNotMendedException when !IsPrivilege(fault.InnerException):
                    return fault.Message;
                case PostgresException said:
                    return DescribeServer(said);
                case NpgsqlException client:
                    return DescribeClient(client, server);
                case SocketException socket:
                    return DescribeSocket(socket, server);
                case UnsupportedServerException or SchemaNotMigratedException or SchemaTooOldException or MigrationChecksumException or MigrationOrderException
                    or LogNumbersException or ReservedStreamsException or StandbyServerException or DatabaseEncodingException or TenancyException or PoolerException:
                    return fault.Message;
            }
        }

        return null;
    }

    private static bool IsPrivilege(Exception? fault) => fault is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege };

    private static string DescribeServer(PostgresException fault)
    {
        var said = fault.MessageText.TrimEnd('.');
        return fault.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                $"The server refused the role: {said}. Check the user and the password of the connection.",
            PostgresErrorCodes.InvalidCatalogName =>
                $"The server has no such database: {said}. Create it, or name another one in the connection.",
            PostgresErrorCodes.InsufficientPrivilege =>
                $"The role lacks a privilege: {said}. Grant it, or connect as a role that has it.",
            PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName =>
                $"The schema is not migrated: {said}. Run 'ledger migrate apply'.",
            PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidForeignKey =>
                $"The tables are not as Ledger needs them: {said}. Run 'ledger migrate assert' to see how they differ.",
            PostgresErrorCodes.ReadOnlySqlTransaction =>
                $"The server is read-only: {said}. Connect to the primary.",
            PostgresErrorCodes.TooManyConnections =>
                $"The server has no connection left: {said}. Use fewer connections, or raise its max_connections.",
            PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown =>
                $"The server is starting or stopping: {said}. Try again.",
            PostgresErrorCodes.DiskFull =>
                $"The server's disk is full: {said}. Make room; nothing that was acknowledged is lost.",
            PostgresErrorCodes.InvalidSqlStatementName or PostgresErrorCodes.DuplicatePreparedStatement =>
                $"A pooler before the server does not keep prepared statements: {said}. Connect to the server itself, or set its "
                + "max_prepared_statements above 0 (PgBouncer 1.21 or newer).",
            PostgresErrorCodes.ProtocolViolation =>
                $"The server, or a pooler before it, refused the connection: {said}. Check that the server runs; PgBouncer passes no 'options' on, which the connection of a tenant has.",
            PostgresErrorCodes.UniqueViolation when TransientFaults.IsNumberTaken(fault) =>
                "The sequence that numbers events is behind the log: an event got a number that is already in use, and nothing was written. "
                + "Run 'ledger migrate repair', which sets the sequence to the newest event.",
            LedgerErrorCodes.HistoryNeeded or LedgerErrorCodes.Guarded or LedgerErrorCodes.LogMoved or LedgerErrorCodes.QuotaExceeded => $"{said}.",
            PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable =>
                $"The server gave up waiting: {said}. Try again, or allow more time.",
            _ => $"The server reported an error: {said} (SQLSTATE {fault.SqlState}).",
        };
    }

    private static string DescribeClient(NpgsqlException fault, string? server) => fault.InnerException switch
    {
        PostgresException said => DescribeServer(said),
        SocketException socket => DescribeSocket(socket, server),
        AggregateException { InnerExceptions: [var first, ..] } =>
            $"None of the servers can be written to. {Describe(first, server) ?? first.Message}",
        TimeoutException => $"The server{NameOf(server)} did not answer in time. Check that it runs and is not overloaded, or allow more time.",
        IOException io => $"The connection to the server{NameOf(server)} was lost: {io.Message.TrimEnd('.')}. Check that it runs, and try again.",
        _ => $"The connection to the server{NameOf(server)} failed: {fault.Message.TrimEnd('.')}.",
    };

    private static string DescribeSocket(SocketException fault, string? server) =>
        $"The server{NameOf(server)} cannot be reached: {fault.Message.TrimEnd('.')}. Check that it runs, and its host and port.";

    private static string NameOf(string? server) => server is null ? "" : $" '{server}'";
}
