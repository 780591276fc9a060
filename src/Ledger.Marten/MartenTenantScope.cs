namespace Ledger.Marten;

/// <summary>The tenant of a request or a message in an application with Marten, of whom the <see cref="MartenTenant"/> of the same scope of the container is.</summary>
/// <remarks>Not safe for concurrent use: a scope has one tenant. Choose it before anything of the scope is used. Sessions of Marten are opened for it by its name.</remarks>
public sealed class MartenTenantScope(MartenTenants tenants)
{
    private MartenTenant? _tenant;

    /// <summary>The log of the tenant.</summary>
    /// <exception cref="InvalidOperationException">No tenant was chosen.</exception>
    public MartenTenant Ledger => _tenant ?? throw new InvalidOperationException(
        "The scope has no tenant. Choose one before: await scope.UseAsync(tenant), in a middleware that knows the request or the message.");

    /// <summary>The name of the tenant, or null if none was chosen.</summary>
    public string? Tenant => _tenant?.Tenant;

    /// <summary>Chooses the tenant of the scope.</summary>
    /// <exception cref="Postgres.Tenants.TenantNotFoundException">There is no such tenant.</exception>
    /// <exception cref="InvalidOperationException">Another was chosen before, or the document store has one log.</exception>
    public async Task UseAsync(string tenant, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        if (_tenant is { } chosen && chosen.Tenant != tenant)
        {
            throw new InvalidOperationException($"The scope is that of tenant '{chosen.Tenant}', and cannot become that of '{tenant}'.");
        }

        _tenant = await tenants.ForTenantAsync(tenant, cancellationToken).ConfigureAwait(false);
    }
}
