namespace Ledger.Postgres.Tenants.Daemons;

/// <summary>The tenants whose daemon one node runs as a whole: one with a database of its own, or all of a schema of many.</summary>
/// <param name="Name">What nodes agree by: the tenant's name, or a place, which no tenant has as its name.</param>
/// <param name="Tenants">The tenants, by name; at least one.</param>
/// <param name="ConnectionString">How the daemon of all of them connects, or null for one with a daemon of its own.</param>
internal sealed record DaemonUnit(string Name, IReadOnlyList<TenantDatabase> Tenants, string? ConnectionString)
{
    // Names of tenants have no control characters.
    private const string Prefix = "\tall of ";

    /// <summary>Whether it is that of a schema of many.</summary>
    public bool IsShared => ConnectionString is not null;

    /// <summary>The units of a map, by name. Tenants that a map of the application puts into a schema of many have one each: their roles may differ.</summary>
    public static Dictionary<string, DaemonUnit> Of(ITenantMap map, IReadOnlyList<TenantDatabase> tenants)
    {
        var units = new Dictionary<string, DaemonUnit>(StringComparer.Ordinal);
        foreach (var tenant in tenants.Where(tenant => !tenant.IsConjoined || map is not (ConjoinedTenants or TenantPool)))
        {
            units.Add(tenant.Tenant, new DaemonUnit(tenant.Tenant, [tenant], null));
        }

        var shared = tenants
            .Where(tenant => !units.ContainsKey(tenant.Tenant))
            .Select(tenant => (Tenant: tenant, All: map is ConjoinedTenants conjoined ? conjoined.ConnectionString : TenantSetting.Without(tenant.ConnectionString)))
            .GroupBy(tenant => Prefix + TenantDatabase.PlaceOf(tenant.All), StringComparer.Ordinal);
        foreach (var group in shared)
        {
            // A pool may know a database by two names, whose connections differ in more than the place.
            var all = group.Select(tenant => tenant.All).Min(StringComparer.Ordinal);
            units.Add(group.Key, new DaemonUnit(group.Key, [.. group.Select(tenant => tenant.Tenant)], all));
        }

        return units;
    }
}
