using Ledger.Explorer.Rendering;

namespace Ledger.Explorer.Searching;

/// <summary>Reads the page of a search across all runs.</summary>
internal static class SearchReader
{
    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var terms = SearchTerms.Of(request.Query);
        if (terms.IsEmpty)
        {
            return Page.Of<SearchPage>(new SearchModel(terms, null, null, null));
        }

        var explorer = request.Explorer;
        var scope = await RunScope.FindAsync(explorer.Summaries, terms, request.Aborted).ConfigureAwait(false);
        var runs = terms.Before is null && (terms.Text is not null || terms.IsAboutRuns)
            ? await explorer.Summaries.QueryAsync(terms.ToRuns(SearchModel.MostRuns), request.Aborted).ConfigureAwait(false)
            : null;
        var page = await LogSearching.FindAsync(explorer.Search, terms.ToQuery(scope.Streams), request.Aborted).ConfigureAwait(false);
        return Page.Of<SearchPage>(new SearchModel(terms, page, runs, scope));
    }
}
