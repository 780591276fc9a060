namespace Ledger.Postgres.Tenants;

/// <summary>Which database each tenant has.</summary>
/// <remarks>Safe for concurrent use. It is asked often, and may remember its answers for some seconds.</remarks>
public interface ITenantMap
{
    /// <summary>The database of a tenant, or null if there is no such tenant.</summary>
    Task<TenantDatabase?> FindAsync(string tenant, CancellationToken cancellationToken = default);

    /// <summary>All tenants, by name.</summary>
    Task<IReadOnlyList<TenantDatabase>> ListAsync(CancellationToken cancellationToken = default);
}
