using Ledger.Explorer.Contracts;
using Ledger.Explorer.Searching;

namespace Ledger.Explorer.Api;

/// <summary>The search for events of all runs.</summary>
internal static class SearchResource
{
    public static async Task ShowAsync(ExplorerRequest request)
    {
        var terms = SearchTerms.Of(request.Query);
        var scope = await RunScope.FindAsync(request.Explorer.Summaries, terms, request.Aborted).ConfigureAwait(false);
        var page = await LogSearching.FindAsync(request.Explorer.Search, terms.ToQuery(scope.Streams), request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, FoundEventsContract.Of(page, scope), ContractContext.Default.FoundEventsContract).ConfigureAwait(false);
    }
}
