namespace Ledger.Postgres.Tenants;

/// <summary>The tenant of a request or a message, of whom the services of the same scope of the container are.</summary>
/// <remarks>Not safe for concurrent use: a scope has one tenant. Choose it before anything of the scope is used.</remarks>
public sealed class TenantScope(TenantLedgers tenants)
{
    private TenantLedger? _ledger;

    /// <summary>The log of the tenant.</summary>
    /// <exception cref="InvalidOperationException">No tenant was chosen.</exception>
    public TenantLedger Ledger => _ledger ?? throw new InvalidOperationException(
        "The scope has no tenant. Choose one before: await scope.UseAsync(tenant), in a middleware that knows the request or the message.");

    /// <summary>The name of the tenant, or null if none was chosen.</summary>
    public string? Tenant => _ledger?.Tenant;

    /// <summary>Chooses the tenant of the scope.</summary>
    /// <exception cref="TenantNotFoundException">There is no such tenant.</exception>
    /// <exception cref="InvalidOperationException">Another was chosen before.</exception>
    public async Task UseAsync(string tenant, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        if (_ledger is { } chosen && chosen.Tenant != tenant)
        {
            throw new InvalidOperationException($"The scope is that of tenant '{chosen.Tenant}', and cannot become that of '{tenant}'.");
        }

        _ledger = await tenants.ForTenantAsync(tenant, cancellationToken).ConfigureAwait(false);
    }
}
