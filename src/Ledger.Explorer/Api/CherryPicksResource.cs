using System.Text.Json;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Merging;
using Ledger.Explorer.Rendering;
using Ledger.Log;
using Ledger.Runs;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>Events of one run or branch, picked into another.</summary>
internal static class CherryPicksResource
{
    public static Task PreviewAsync(ExplorerRequest request) => MergesResource.AnswerAsync(async () =>
    {
        var target = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        var source = await request.OpenRunAsync("source").ConfigureAwait(false);
        var names = request.Query.Text("events")?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];
        var options = new CherryPickOptions
        {
            Causes = CarryChoices.CausesOf(request.Query.Text("causes")),
            Resolver = MergeDecisions.ToResolver([], MergesResource.RulesOf(request), request.Query.Text("take")),
        };
        var events = await CarryChoices.FindEventsAsync(source, names, request.Aborted).ConfigureAwait(false);
        var preview = await target.PreviewCherryPickAsync(source, events, options, request.Aborted).ConfigureAwait(false);
        await SendAsync(request, CherryPickContract.Of(preview, MergesResource.RegistryOf(request))).ConfigureAwait(false);
    });

    public static Task PickAsync(ExplorerRequest request) => MergesResource.AnswerAsync(async () =>
    {
        var body = await JsonBody.ReadAsync(request, ContractContext.Default.CherryPickRequest).ConfigureAwait(false);
        var name = body.Text("source") ?? throw new BadRequestException("The body lacks 'source', the stream that has the events.");
        var names = body.Array("events").Deserialize(ContractContext.Default.IReadOnlyListString)!;
        var target = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        var source = await request.Explorer.Ledger.OpenAsync(Query.StreamNameOf(name), request.Aborted).ConfigureAwait(false);
        var options = new CherryPickOptions
        {
            Causes = CarryChoices.CausesOf(body.Text("causes")),
            Resolver = MergeDecisions.ToResolver(MergesResource.DecisionsOf(body), MergesResource.RulesOf(request), body.Text("take")),
            ExpectedLength = body.Position("expected_length"),
            Metadata = new EventMetadata { Actor = body.Text("actor") },
        };
        var events = await CarryChoices.FindEventsAsync(source, names, request.Aborted).ConfigureAwait(false);
        var picked = await target.CherryPickAsync(source, events, options, request.Aborted).ConfigureAwait(false);
        request.Http.Response.StatusCode = picked.EventId is null ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        await SendAsync(request, CherryPickContract.Of(picked, MergesResource.RegistryOf(request))).ConfigureAwait(false);
    });

    private static Task SendAsync(ExplorerRequest request, CherryPickContract answer) =>
        JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.CherryPickContract);
}
