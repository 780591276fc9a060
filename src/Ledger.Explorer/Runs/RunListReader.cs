using Ledger.Explorer.Api;
using Ledger.Explorer.Branches;
using Ledger.Explorer.Rendering;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Runs;

/// <summary>Reads a page of the list of runs.</summary>
internal static class RunListReader
{
    // A list waits only for little; what was never looked at is shown without its status.
    private const long MostRead = 10_000;

    private static readonly string[] Orders = ["latest", "longest", "name", "started", "duration", "cost", "tokens"];

    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var kind = request.Query.Choice("kind", "runs", "runs", "branches", "all");
        var query = QueryOf(request.Query, kind);
        var filter = FilterOf(request.Query, query, kind);
        var page = await ReadAsync(request, query, filter).ConfigureAwait(false);
        var unnamed = page.Runs.Select(run => run.Stream.Name).Where(name => name.IsBranch && Guid.TryParse(name.Id, out _));
        return Page.Of<RunListPage>(new RunListModel(query, filter, request.Query.Choice("order", "latest", Orders), page, kind)
        {
            Labels = await BranchLabels.ReadAsync(request.Explorer.Ledger.Store, unnamed, request.Aborted).ConfigureAwait(false),
        });
    }

    /// <summary>Reads a page for a page or the API.</summary>
    public static async Task<RunListing> ReadAsync(ExplorerRequest request, StreamQuery query, RunQuery? filter)
    {
        var summaries = request.Explorer.Summaries;
        if (filter is not null)
        {
            try
            {
                var found = await summaries.QueryAsync(filter, request.Aborted).ConfigureAwait(false);
                return new RunListing(
                    [.. found.Runs.Select(run => new RunListItem(new StreamInfo(run.Stream, run.Version, run.StartedAt, run.UpdatedAt, run.State), null, run))],
                    found.Next is not null,
                    found.Next,
                    found.Behind);
            }
            catch (FormatException fault)
            {
                throw new BadRequestException($"'after': {fault.Message}");
            }
        }

        var page = await request.Explorer.Search.FindStreamsAsync(query, request.Aborted).ConfigureAwait(false);
        var names = page.Streams.Select(found => found.Stream.Name).Where(name => name.Category is "run" or "branch").ToList();
        var known = (await summaries.FindAllAsync(names, MostRead, request.Aborted).ConfigureAwait(false)).ToDictionary(run => run.Stream);
        return new RunListing(
            [.. page.Streams.Select(found => new RunListItem(found.Stream, found.Branches, known.GetValueOrDefault(found.Stream.Name)))], page.HasMore, Paging.NextOf(query, page.HasMore), 0);
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
        Order = query.Choice("order", "latest", Orders) switch
        {
            "longest" => StreamOrder.LongestFirst,
            "name" => StreamOrder.Name,
            _ => StreamOrder.LatestFirst,
        },
        ActiveSince = query.Time("since"),
        ActiveUntil = query.Time("until"),
        Skip = SkipOf(query),
        Limit = query.Number("limit", 50, 1, 1_000),
    };

    /// <summary>Parses what asks how runs are doing; null if nothing does, and the list is one of streams.</summary>
    public static RunQuery? FilterOf(Query query, StreamQuery streams, string kind)
    {
        var status = query.Choice("status", "any", "any", "running", "done", "failed", "waiting");
        var order = query.Choice("order", "latest", Orders);
        var isCounted = Paging.IsCount(query.Text("after"));
        var (label, model, after) = (query.Text("label"), query.Text("model"), isCounted ? null : query.Text("after"));
        var ranges = RunRanges.Of(query);
        if (status == "any" && label is null && model is null && after is null && !ranges.IsAny && order is not ("started" or "duration" or "cost" or "tokens"))
        {
            return null;
        }

        if (order == "name" || streams.Skip > 0 || isCounted)
        {
            throw new BadRequestException(order == "name"
                ? "'order=name' lists streams without their status. Leave out status, label, model, after and what asks for cost, duration or tokens, or choose another order."
                : "'skip', and an 'after' that is a number, count in lists of streams alone. With status, label, model, cost, duration, tokens or such an order pass the 'next' of the previous page as 'after'.");
        }

        return ranges.In(new RunQuery
        {
            Prefix = kind == "all" ? "" : streams.Prefix,
            Status = status == "any" ? null : Enum.Parse<RunStatus>(status, ignoreCase: true),
            Text = streams.Text,
            Label = label,
            Model = model,
            State = streams.State,
            ActiveSince = streams.ActiveSince,
            ActiveUntil = streams.ActiveUntil,
            Sort = order switch
            {
                "started" => RunSort.Started,
                "duration" => RunSort.Duration,
                "cost" => RunSort.Cost,
                "tokens" => RunSort.Tokens,
                "longest" => RunSort.Events,
                _ => RunSort.Latest,
            },
            After = after,
            Limit = streams.Limit,
        });
    }

    // An 'after' that is no number is of a list by status, which parses it.
    private static int SkipOf(Query query)
    {
        Paging.CheckOnce(query);
        return query.Text("after") is { } after && !Paging.IsCount(after) ? 0 : Paging.SkipOf(query);
    }
}
