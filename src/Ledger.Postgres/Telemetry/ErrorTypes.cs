using Npgsql;

namespace Ledger.Postgres.Telemetry;

/// <summary>A failure's kind as one of few words: the SQLSTATE, or the name of the exception.</summary>
internal static class ErrorTypes
{
    public static string Of(Exception fault) => fault switch
    {
        PostgresException server => server.SqlState,
        NpgsqlException { InnerException: { } cause } => cause.GetType().Name,
        _ => fault.GetType().Name,
    };
}
