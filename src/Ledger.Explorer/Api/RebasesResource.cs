using Ledger.Explorer.Contracts;
using Ledger.Explorer.Merging;
using Ledger.Explorer.Rendering;
using Ledger.Log;
using Ledger.Runs;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>Branches that begin at the end of another with what a branch had found.</summary>
internal static class RebasesResource
{
    public static Task PreviewAsync(ExplorerRequest request) => MergesResource.AnswerAsync(async () =>
    {
        var source = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        var onto = await request.OpenRunAsync("onto").ConfigureAwait(false);
        var options = new RebaseOptions
        {
            Mode = CarryChoices.ModeOf(request.Query.Text("mode")),
            Resolver = MergeDecisions.ToResolver([], request.Query.Text("take")),
            At = request.Query.Position("at"),
        };
        var preview = await source.PreviewRebaseAsync(onto, options, request.Aborted).ConfigureAwait(false);
        await SendAsync(request, RebaseContract.Of(preview, MergesResource.RegistryOf(request))).ConfigureAwait(false);
    });

    public static Task RebaseAsync(ExplorerRequest request) => MergesResource.AnswerAsync(async () =>
    {
        var body = await JsonBody.ReadAsync(request, ContractContext.Default.RebaseRequest).ConfigureAwait(false);
        var name = body.Text("onto") ?? throw new BadRequestException("The body lacks 'onto', the stream whose end the new branch begins at.");
        if (body.Text("id") is { } id)
        {
            Query.NewStreamNameOf($"branch:{id}");
        }

        var source = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        var onto = await request.Explorer.Ledger.OpenAsync(Query.StreamNameOf(name), request.Aborted).ConfigureAwait(false);
        var options = new RebaseOptions
        {
            Id = body.Text("id") ?? request.Key?.IdOf().ToString(),
            Name = body.Text("name"),
            Mode = CarryChoices.ModeOf(body.Text("mode")),
            Resolver = MergeDecisions.ToResolver(MergesResource.DecisionsOf(body), body.Text("take")),
            At = body.Position("at"),
            Metadata = new EventMetadata { Actor = body.Text("actor") },
        };
        var rebased = await source.RebaseAsync(onto, options, request.Aborted).ConfigureAwait(false);
        request.Http.Response.StatusCode = StatusCodes.Status201Created;
        await SendAsync(request, RebaseContract.Of(rebased, MergesResource.RegistryOf(request))).ConfigureAwait(false);
    });

    private static Task SendAsync(ExplorerRequest request, RebaseContract answer) =>
        JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.RebaseContract);
}
