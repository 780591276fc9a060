using Ledger.Explorer.Branches;
using Ledger.Explorer.Contracts;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>A run or branch: its description, usage, branches, snapshot, and forks of it.</summary>
internal static class StreamResource
{
    public static Task<Run> OpenAsync(ExplorerRequest request) =>
        request.Explorer.Ledger.OpenAsync(PathText.Stream(request.Http), request.Aborted);

    public static string AddressOf(ExplorerRequest request, StreamName stream) =>
        $"{request.Http.Request.PathBase}{request.Explorer.Prefix}/api/v1/streams/{Uri.EscapeDataString(stream.Value)}";

    public static async Task ShowAsync(ExplorerRequest request)
    {
        var run = await OpenAsync(request).ConfigureAwait(false);
        var stream = await request.DescribeAsync(run.StreamName).ConfigureAwait(false);
        var branch = await request.Explorer.Ledger.Store.GetBranchAsync(run.StreamName, request.Aborted).ConfigureAwait(false);
        var answer = RunContract.Of(stream, run.History.LengthAt(stream.Version), branch);
        await JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.RunContract).ConfigureAwait(false);
    }

    /// <summary>The costs; reads the whole history.</summary>
    public static async Task ShowUsageAsync(ExplorerRequest request)
    {
        var run = await OpenAsync(request).ConfigureAwait(false);
        var stream = await request.DescribeAsync(run.StreamName).ConfigureAwait(false);
        var usage = await request.Explorer.Usages.GetAsync(stream, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, UsageContract.Of(usage), ContractContext.Default.UsageContract).ConfigureAwait(false);
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

    private static Task SendBranchesAsync(ExplorerRequest request, StreamName? root) => JsonAnswer.SendArrayAsync(
        request.Http,
        request.Explorer.Ledger.Store.ListBranchesAsync(root, request.Aborted).Select(BranchContract.Of),
        ContractContext.Default.BranchContract);
}
