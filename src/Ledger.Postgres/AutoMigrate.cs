using Ledger.Postgres.Schema;

namespace Ledger.Postgres;

/// <summary>Whether an application brings the schema up to date itself.</summary>
public enum AutoMigrate
{
    /// <summary>It does not: run <c>ledger migrate apply</c>, or call <see cref="LedgerMigrator"/>.</summary>
    Never,

    /// <summary>The host applies pending migrations before any hosted service starts; several nodes may do so at once.</summary>
    /// <remarks>It needs a host, and a role that may create tables. Without a host, call <see cref="LedgerMigrator"/>.</remarks>
    AtStart,
}
