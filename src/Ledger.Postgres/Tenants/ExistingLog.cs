namespace Ledger.Postgres.Tenants;

/// <summary>What becomes of a log that the database of a new tenant already has; see <see cref="TenantLedgers.AddAsync"/>.</summary>
public enum ExistingLog
{
    /// <summary>The addition is refused, unless it is the log that the tenant had when it was switched off.</summary>
    Refused,

    /// <summary>It becomes the log of the tenant.</summary>
    Taken,
}
