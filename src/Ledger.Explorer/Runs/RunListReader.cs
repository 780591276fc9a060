using Ledger.Explorer.Rendering;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Runs;

/// <summary>Reads a page of the list of runs.</summary>
internal static class RunListReader
{
    // Adding up reads whole histories, so a list reads only a little on its own.
    private const long MostRead = 4_000;

    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var kind = request.Query.Choice("kind", "runs", "runs", "branches", "all");
        var query = QueryOf(request.Query, kind);
        var page = await request.Explorer.Search.FindStreamsAsync(query, request.Aborted).ConfigureAwait(false);
        var usages = new Dictionary<string, RunUsage>(StringComparer.Ordinal);
        var budget = MostRead;
        foreach (var (stream, _) in page.Streams)
        {
            var known = request.Explorer.Usages.Find(stream);
            if (known is null && stream.Name.Category == "run" && stream.Version.Value <= budget)
            {
                budget -= stream.Version.Value + 50;
                known = await request.Explorer.Usages.GetAsync(stream, request.Aborted).ConfigureAwait(false);
            }

            if (known is not null)
            {
                usages[stream.Name.Value] = known;
            }
        }

        return Page.Of<RunListPage>(new RunListModel(query, page, usages, kind));
    }

    /// <summary>Parses a query; pages and the API use the same parameters.</summary>
    public static StreamQuery QueryOf(Query query, string kind) => new()
    {
        Prefix = kind switch
        {
            "runs" => "run:",
            "branches" => "branch:",
            _ => "",
        },
        Text = query.Text("text"),
        State = query.Choice("state", "any", "any", "open", "archived") switch
        {
            "open" => StreamState.Open,
            "archived" => StreamState.Archived,
            _ => null,
        },
        Order = query.Choice("order", "latest", "latest", "longest", "name") switch
        {
            "longest" => StreamOrder.LongestFirst,
            "name" => StreamOrder.Name,
            _ => StreamOrder.LatestFirst,
        },
        ActiveSince = query.Time("since"),
        ActiveUntil = query.Time("until"),
        Skip = query.Number("skip", 0, 0, 10_000_000),
        Limit = query.Number("limit", 50, 1, 1_000),
    };
}
