namespace Ledger.Postgres.Tenants;

/// <summary>Tenants that stay the same while the program runs.</summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
public sealed class StaticTenants : ITenantMap
{
    private readonly SortedDictionary<string, TenantDatabase> _tenants = new(StringComparer.Ordinal);

    /// <summary>Takes the tenants.</summary>
    /// <exception cref="ArgumentException">A tenant is there twice, or two have the same database.</exception>
    public StaticTenants(IEnumerable<TenantDatabase> tenants)
    {
        ArgumentNullException.ThrowIfNull(tenants);
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tenant in tenants)
        {
            if (!_tenants.TryAdd(tenant.Tenant, tenant))
            {
                throw new ArgumentException($"The tenant '{tenant.Tenant}' is there twice.", nameof(tenants));
            }

            if (!places.TryAdd(tenant.Place, tenant.Tenant))
            {
                throw new ArgumentException(TenantPlaces.Shared(tenant, places[tenant.Place]), nameof(tenants));
            }
        }
    }

    /// <inheritdoc/>
    public Task<TenantDatabase?> FindAsync(string tenant, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return Task.FromResult(_tenants.GetValueOrDefault(tenant));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<TenantDatabase>> ListAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<TenantDatabase>>([.. _tenants.Values]);
}
