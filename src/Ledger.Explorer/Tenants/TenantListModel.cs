using Ledger.Explorer.Rendering;
using Ledger.Postgres.Tenants;

namespace Ledger.Explorer.Tenants;

/// <summary>The list of tenants.</summary>
/// <param name="Tenants">Those that the user may open, by name.</param>
internal sealed record TenantListModel(IReadOnlyList<TenantDatabase> Tenants)
{
    public static async Task<Page> ReadAsync(ExplorerRequest request, TenantExplorers explorers) =>
        Page.Of<TenantListPage>(new TenantListModel(await explorers.ListAsync(request.Http).ConfigureAwait(false)));
}
