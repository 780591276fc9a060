using Npgsql;

namespace Ledger.Postgres.Chrono;

/// <summary>What the functions of record stores refuse by a SQLSTATE of Ledger's own.</summary>
internal static class ChronoFaults
{
    /// <summary>Whether the store does not stand where the writer believed.</summary>
    public static bool IsMoved(Exception fault) => fault is PostgresException { SqlState: "LG010" };

    /// <summary>Whether a branch shares the events that were to be taken away.</summary>
    public static bool IsShared(Exception fault) => fault is PostgresException { SqlState: "LG011" };
}
