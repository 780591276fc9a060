namespace Ledger.Postgres.Tenants;

/// <summary>There is no such tenant.</summary>
public sealed class TenantNotFoundException : Exception
{
    /// <summary>States the tenant.</summary>
    public TenantNotFoundException(string tenant)
        : base($"There is no tenant '{tenant}'. Add it with its database first.") => Tenant = tenant;

    /// <summary>The tenant.</summary>
    public string Tenant { get; }
}
