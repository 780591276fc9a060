namespace Ledger.Postgres.Tenants;

/// <summary>A map that can be asked without waiting for its server.</summary>
internal interface IPromptTenantMap : ITenantMap
{
    /// <summary>As <see cref="ITenantMap.FindAsync"/>, for a caller that can go on without an answer, or waits by itself: a server that is away is not waited for.</summary>
    Task<TenantDatabase?> FindOnceAsync(string tenant, CancellationToken cancellationToken);
}
