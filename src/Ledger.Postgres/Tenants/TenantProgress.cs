namespace Ledger.Postgres.Tenants;

/// <summary>How far work on all tenants is.</summary>
/// <param name="Tenant">The tenant that was finished last.</param>
/// <param name="Done">How many are finished, also with a fault.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Fault">Why the work failed for that tenant; null if it did not.</param>
public sealed record TenantProgress(string Tenant, int Done, int Total, Exception? Fault);
