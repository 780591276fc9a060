using Npgsql;

namespace Ledger.Postgres.Tenants.Quotas;

/// <summary>An append was refused because the log would have more than its quota allows. Nothing was written, and a transaction of the caller can only be rolled back.</summary>
/// <remarks>Sent again it fails again, until events are removed, runs are archived or the quota is raised.</remarks>
public sealed class QuotaExceededException : Exception
{
    private QuotaExceededException(PostgresException fault)
        : base($"{fault.MessageText}. Remove or archive runs, or have the quota raised.", fault) => Kind = fault.ColumnName ?? "";

    /// <summary>What there would be too much of: <c>events</c>, <c>bytes</c> or <c>runs</c>.</summary>
    public string Kind { get; }

    /// <summary>Whether the server refused a statement for the quota of the log.</summary>
    internal static bool IsCauseOf(PostgresException fault) => fault.SqlState == LedgerErrorCodes.QuotaExceeded;

    internal static QuotaExceededException Of(PostgresException fault) => new(fault);
}
