using Ledger.Explorer.Contracts;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Rerunning;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>Branches with a changed event, and requests to run on.</summary>
internal static class ChangesResource
{
    public static async Task ChangeAsync(ExplorerRequest request)
    {
        var body = await JsonBody.ReadAsync(request, ContractContext.Default.ChangeRequest).ConfigureAwait(false);
        var position = body.Position("position") ?? throw new BadRequestException("The body lacks 'position', that of the event.");
        var data = body.Any("data") ?? throw new BadRequestException("The body lacks 'data', what the event has in the branch.");
        var runs = body.Text("run") switch
        {
            null or "on" => true,
            "off" => false,
            var other => throw new BadRequestException($"'run' must be on or off, but was '{DisplayText.Cut(other, 60)}'."),
        };
        var parent = PathText.Stream(request.Http);
        var made = await Reruns.ChangeAsync(request, parent, position, data, body.Text("id"), body.Text("name")).ConfigureAwait(false);
        var runner = !runs ? "off" : request.Explorer.Runner is null ? "none" : "called";
        if (runner == "called")
        {
            await Reruns.RunOnAsync(request, made).ConfigureAwait(false);
        }

        request.Http.Response.StatusCode = StatusCodes.Status201Created;
        request.Http.Response.Headers.Location = StreamResource.AddressOf(request, made.Branch.Stream);
        await JsonAnswer.SendAsync(request.Http, ChangedBranchContract.Of(made, runner), ContractContext.Default.ChangedBranchContract).ConfigureAwait(false);
    }

    public static async Task RunOnAsync(ExplorerRequest request)
    {
        var body = await JsonBody.ReadAsync(request, ContractContext.Default.ContinuationRequest).ConfigureAwait(false);
        var continuation = await Reruns.RunOnAsync(request, PathText.Stream(request.Http), body.Position("length")).ConfigureAwait(false);
        request.Http.Response.StatusCode = StatusCodes.Status202Accepted;
        await JsonAnswer.SendAsync(request.Http, ContinuationContract.Of(continuation), ContractContext.Default.ContinuationContract).ConfigureAwait(false);
    }
}
