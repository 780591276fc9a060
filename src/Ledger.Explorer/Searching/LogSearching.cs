using Ledger.Log;

namespace Ledger.Explorer.Searching;

/// <summary>Searches on for something rare.</summary>
internal static class LogSearching
{
    // Half a million events take about a second; the next page goes on.
    private const int MostReaches = 5;

    /// <summary>The next events that a query wants; a page without any has looked farther than one with some.</summary>
    public static async Task<LogPage> FindAsync(ILogSearch search, LogQuery query, CancellationToken cancellationToken)
    {
        var page = await search.SearchAsync(query, cancellationToken).ConfigureAwait(false);
        if (page is not { Events.Count: 0, Next: { } next })
        {
            return page;
        }

        // At once, because an index collects what it names each time.
        var farther = await search.SearchAsync(query with { Before = next, Reach = (MostReaches - 1) * query.Reach }, cancellationToken).ConfigureAwait(false);
        return farther with { Examined = page.Examined + farther.Examined, Unindexed = page.Unindexed };
    }
}
