using Ledger.Explorer.Branches;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Runs;
using Ledger.Log;
using Ledger.Runs;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>A run or branch: its description, usage, branches, snapshot, and forks of it.</summary>
internal static class StreamResource
{
    // A longer one that was never looked at is described without its status.
    private const long MostRead = 50_000;

    public static Task<Run> OpenAsync(ExplorerRequest request) =>
        request.Explorer.Ledger.OpenAsync(PathText.Stream(request.Http), request.Aborted);

    public static string AddressOf(ExplorerRequest request, StreamName stream) =>
        $"{request.Http.Request.PathBase}{request.Explorer.Prefix}/api/v1/streams/{Uri.EscapeDataString(stream.Value)}";

    public static async Task ShowAsync(ExplorerRequest request)
    {
        var run = await OpenAsync(request).ConfigureAwait(false);
        var stream = await request.DescribeAsync(run.StreamName).ConfigureAwait(false);
        var branch = await request.Explorer.Ledger.Store.GetBranchAsync(run.StreamName, request.Aborted).ConfigureAwait(false);
        var summaries = await request.Explorer.Summaries.FindAllAsync([run.StreamName], MostRead, request.Aborted).ConfigureAwait(false);
        var answer = RunContract.Of(stream, run.History.LengthAt(stream.Version), branch).With(summaries.Count == 0 ? null : summaries[0]);
        await JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.RunContract).ConfigureAwait(false);
    }

    /// <summary>The costs.</summary>
    public static async Task ShowUsageAsync(ExplorerRequest request)
    {
        var run = await OpenAsync(request).ConfigureAwait(false);
        var summary = await run.GetSummaryAsync(request.Aborted).ConfigureAwait(false);
        var usage = summary?.Usage ?? new RunUsage(CallTotals.None, null);
        await JsonAnswer.SendAsync(request.Http, UsageContract.Of(usage), ContractContext.Default.UsageContract).ConfigureAwait(false);
    }

    /// <summary>Gives it another title.</summary>
    public static async Task RenameAsync(ExplorerRequest request)
    {
        var body = await JsonBody.ReadAsync(request, ContractContext.Default.RenameRequest).ConfigureAwait(false);
        var title = body.Text("title") ?? throw new Rendering.BadRequestException("The body lacks 'title'.");
        var run = await OpenAsync(request).ConfigureAwait(false);
        await RunChanges.RenameAsync(request, run, title).ConfigureAwait(false);
        await ShowAsync(request).ConfigureAwait(false);
    }

    /// <summary>Adds and removes labels.</summary>
    public static async Task LabelAsync(ExplorerRequest request)
    {
        var body = await JsonBody.ReadAsync(request, ContractContext.Default.LabelRequest).ConfigureAwait(false);
        var run = await OpenAsync(request).ConfigureAwait(false);
        await RunChanges.LabelAsync(request, run, body.Texts("add"), body.Texts("remove")).ConfigureAwait(false);
        await ShowAsync(request).ConfigureAwait(false);
    }

    public static async Task ListBranchesAsync(ExplorerRequest request)
    {
        var run = await OpenAsync(request).ConfigureAwait(false);
        await SendBranchesAsync(request, run.StreamName).ConfigureAwait(false);
    }

    /// <summary>All branches of the log.</summary>
    public static Task ListAllBranchesAsync(ExplorerRequest request) => SendBranchesAsync(request, null);

    /// <summary>The newest snapshot of its world.</summary>
    public static async Task ShowSnapshotAsync(ExplorerRequest request)
    {
        var run = await OpenAsync(request).ConfigureAwait(false);
        var snapshot = await run.LoadSnapshotAsync(request.Aborted).ConfigureAwait(false) ?? throw new Failures.NotFoundException(
            $"There is no snapshot of '{run.StreamName}'. 'ledger snapshot' saves one.");
        await JsonAnswer.SendAsync(request.Http, SnapshotContract.Of(snapshot), ContractContext.Default.SnapshotContract).ConfigureAwait(false);
    }

    public static async Task ForkAsync(ExplorerRequest request)
    {
        var body = await JsonBody.ReadAsync(request, ContractContext.Default.ForkRequest).ConfigureAwait(false);
        var at = body.Position("at") ?? throw new Rendering.BadRequestException("The body lacks 'at', the number of events that the branch shares.");
        var parent = PathText.Stream(request.Http);
        var branch = await Forking.ForkAsync(request, parent, at, body.Text("id"), body.Text("name")).ConfigureAwait(false);
        request.Http.Response.StatusCode = StatusCodes.Status201Created;
        request.Http.Response.Headers.Location = AddressOf(request, branch.Stream);
        await JsonAnswer.SendAsync(request.Http, BranchContract.Of(branch), ContractContext.Default.BranchContract).ConfigureAwait(false);
    }

    // All that were there when the first page was asked for are on a page; one that is created meanwhile may be committed later than a younger one, and is then on none.
    // To follow branches, a client reads their events from the log, which passes no transaction that is still running.
    private static async Task SendBranchesAsync(ExplorerRequest request, StreamName? root)
    {
        var query = new BranchQuery
        {
            Root = root,
            Order = request.Query.Choice("order", "oldest", "oldest", "newest") == "newest" ? BranchOrder.NewestFirst : BranchOrder.OldestFirst,
            After = request.Query.FindStream("after"),
            Limit = request.Query.Number("limit", 100, 1, 1_000),
        };
        try
        {
            var page = await request.Explorer.Search.FindBranchesAsync(query, request.Aborted).ConfigureAwait(false);
            var answer = new BranchPageContract([.. page.Branches.Select(BranchContract.Of)], page.Next?.Value);
            await JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.BranchPageContract).ConfigureAwait(false);
        }
        catch (StreamNotFoundException) when (query.After is not null)
        {
            throw new Rendering.BadRequestException("'after' must be the 'next' of the previous page, but is not a branch.");
        }
    }
}
