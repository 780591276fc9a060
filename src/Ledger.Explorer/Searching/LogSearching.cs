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
        var (examined, unindexed) = (page.Examined, page.Unindexed);
        for (var reaches = 1; reaches < MostReaches && page is { Events.Count: 0, Next: { } next }; reaches++)
        {
            page = await search.SearchAsync(query with { Before = next }, cancellationToken).ConfigureAwait(false);
            examined += page.Examined;
        }

        return page with { Examined = examined, Unindexed = unindexed };
    }
}
