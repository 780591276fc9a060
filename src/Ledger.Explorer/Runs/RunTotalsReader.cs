using Ledger.Explorer.Rendering;
using Ledger.Runs;

namespace Ledger.Explorer.Runs;

/// <summary>Reads the totals of runs.</summary>
internal static class RunTotalsReader
{
    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var kind = KindOf(request.Query);
        var query = QueryOf(request.Query, kind);
        var by = GroupingOf(request.Query);
        var (totals, behind) = await AddUpAsync(request, query, by).ConfigureAwait(false);
        return Page.Of<RunTotalsPage>(new RunTotalsModel(query, kind, by, totals, behind));
    }

    /// <summary>The same totals for programs.</summary>
    public static Task<(IReadOnlyList<RunTotals> Totals, long Behind)> AddUpAsync(ExplorerRequest request) =>
        AddUpAsync(request, QueryOf(request.Query, KindOf(request.Query)), GroupingOf(request.Query));

    // What the summaries lack is asked before, so that it is never less than what the totals lack.
    private static async Task<(IReadOnlyList<RunTotals> Totals, long Behind)> AddUpAsync(ExplorerRequest request, RunQuery query, RunGrouping by)
    {
        var (_, _, behind) = await request.Explorer.Summaries.QueryAsync(query with { Limit = 1 }, request.Aborted).ConfigureAwait(false);
        return (await request.Explorer.Summaries.AddUpAsync(query, by, request.Aborted).ConfigureAwait(false), behind);
    }

    private static string KindOf(Query query) => query.Choice("kind", "runs", "runs", "branches", "all");

    private static RunGrouping GroupingOf(Query query) => Enum.Parse<RunGrouping>(query.Choice("by", "day", "day", "model", "label"), ignoreCase: true);

    private static RunQuery QueryOf(Query query, string kind)
    {
        var streams = RunListReader.QueryOf(query, kind);
        return RunListReader.FilterOf(query, streams, kind) ?? new RunQuery
        {
            Prefix = kind == "all" ? "" : streams.Prefix,
            Text = streams.Text,
            State = streams.State,
            ActiveSince = streams.ActiveSince,
            ActiveUntil = streams.ActiveUntil,
        };
    }
}
