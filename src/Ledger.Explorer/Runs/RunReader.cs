using Ledger.Explorer.Pictures;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Rerunning;
using Ledger.Explorer.Seals;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Tasks;

namespace Ledger.Explorer.Runs;

/// <summary>Reads the page of a run.</summary>
internal static class RunReader
{
    // A longer one that was never looked at shows its page first.
    private const long MostRead = 50_000;

    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var run = await request.OpenRunAsync().ConfigureAwait(false);
        var explorer = request.Explorer;
        var stream = await request.DescribeAsync(run.StreamName).ConfigureAwait(false);
        var length = run.History.LengthAt(stream.Version);
        var limit = request.Query.Number("limit", explorer.Options.EventsPerPage, 1, 500);
        var from = FromOf(request.Query, length, limit);
        var filter = EventFilter.Of(request.Query);
        var byActor = request.Query.Choice("lanes", "kind", "kind", "actor") == "actor";
        var counts = await explorer.Search.CountEventsAsync(
            run.History, Position.Start, length, TimelinePicture.Slices, request.Aborted).ConfigureAwait(false);
        string Link(Position position) => request.Links.Run(
            run.StreamName, ("from", position), ("type", filter.Type), ("actor", filter.Actor), ("text", filter.Text), ("call", filter.Call));
        var found = await explorer.Summaries.FindAllAsync([run.StreamName], MostRead, request.Aborted).ConfigureAwait(false);
        var tree = await explorer.Ledger.ListBranchesAsync(run.StreamName, request.Aborted).ConfigureAwait(false);
        var (joins, areJoinsCut) = await TimelineJoins.ReadAsync(explorer.Ledger, run, request.Aborted).ConfigureAwait(false);
        string LinkOfJoin(TimelineJoin join) => request.Links.EventById(join.Join.Target, join.Join.EventId);
        var branch = await explorer.Ledger.Store.GetBranchAsync(run.StreamName, request.Aborted).ConfigureAwait(false);
        var (seal, mayProve, compared) = await SealedEvents.FindRunAsync(explorer, run.StreamName, request.Aborted).ConfigureAwait(false);
        var events = request.WantsFragment
            ? new EventPage([], from, IsLast: false)
            : await EventReader.ReadAsync(explorer, run, filter, from, length, limit, request.Aborted).ConfigureAwait(false);
        var model = new RunModel
        {
            Stream = stream,
            Branch = branch,
            Change = branch is null || request.WantsFragment ? null : await BranchChange.FindAsync(run, branch, request.Aborted).ConfigureAwait(false),
            HasRunner = explorer.Runner is not null,
            Length = length,
            Branches = tree.Count,
            Tasks = await TasksAsync(request, run.StreamName).ConfigureAwait(false),
            Summary = found is [var summary, ..] ? summary : null,
            Timeline = TimelinePicture.Draw(counts, Position.Start, length, byActor, PictureFrame.Page, joins, Link, LinkOfJoin),
            AreJoinsCut = areJoinsCut,
            Seal = seal,
            MayProve = mayProve,
            Compared = !mayProve ? compared : await SealedEvents.OfAsync(explorer, events.Events, request.Aborted).ConfigureAwait(false),
            Counts = counts,
            ByActor = byActor,
            Filter = filter,
            From = from,
            Limit = limit,
            Events = events,
        };
        return request.WantsFragment ? Page.Of<RunFragment>(model) : Page.Of<RunPage>(model);
    }

    /// <summary>Only the costs, for a run so long that its page does not wait for them.</summary>
    public static async Task<Page> ReadUsageAsync(ExplorerRequest request)
    {
        var stream = await request.DescribeAsync(request.Query.Stream("stream")).ConfigureAwait(false);
        var summary = await request.Explorer.Summaries.FindAsync(stream.Name, request.Aborted).ConfigureAwait(false);
        var usage = summary?.Usage ?? new RunUsage(CallTotals.None, null);
        return request.WantsFragment ? Page.Of<UsageFragment>(usage) : Page.Of<UsagePage>(new UsageModel(stream, usage));
    }

    // Without recursion, because a tree may be a thousand levels deep.
    // 'last' is the end, where a following viewer wants to be.
    private static Position FromOf(Query query, Position length, int limit)
    {
        if (query.Text("from") == "last")
        {
            return new Position(Math.Max(0, (length.Value - 1) / limit * limit));
        }

        var from = query.Position("from") ?? Position.Start;
        return from > length
            ? throw new BadRequestException($"'from' must be at most {length}, the length of the run, but was {from}.")
            : from;
    }

    private static async Task<long?> TasksAsync(ExplorerRequest request, StreamName stream) =>
        request.Explorer.Ledger.Store.Get<ITaskReader>() is { } tasks
            ? (await tasks.QueryTasksAsync(new TaskQuery { Run = stream, Limit = 0 }, request.Aborted).ConfigureAwait(false)).Total
            : null;
}
