using Ledger.Explorer.Rendering;

namespace Ledger.Explorer.Api;

/// <summary>The page of routes.</summary>
/// <param name="Base">The address that all routes begin with.</param>
internal sealed record ApiModel(string Base)
{
    public static Task<Page> ReadAsync(ExplorerRequest request) => Task.FromResult(Page.Of<ApiPage>(new ApiModel($"{request.Links.Root}/api/v1")));
}
