using System.Text.Json;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Merging;
using Ledger.Explorer.Rendering;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>Merges of one run or branch into another.</summary>
internal static class MergesResource
{
    public static Task PreviewAsync(ExplorerRequest request) => AnswerAsync(async () =>
    {
        var target = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        var source = await request.OpenRunAsync("source").ConfigureAwait(false);
        var options = new MergeOptions
        {
            Resolver = MergeDecisions.ToResolver([], RulesOf(request), request.Query.Text("take")),
            At = request.Query.Position("at"),
        };
        var preview = await target.PreviewMergeAsync(source, options, request.Aborted).ConfigureAwait(false);
        await SendAsync(request, MergeContract.Of(preview, RegistryOf(request))).ConfigureAwait(false);
    });

    public static Task MergeAsync(ExplorerRequest request) => AnswerAsync(async () =>
    {
        var body = await JsonBody.ReadAsync(request, ContractContext.Default.MergeRequest).ConfigureAwait(false);
        var name = body.Text("source") ?? throw new BadRequestException("The body lacks 'source', the stream to merge.");
        var target = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        var source = await request.Explorer.Ledger.OpenAsync(Query.StreamNameOf(name), request.Aborted).ConfigureAwait(false);
        var options = new MergeOptions
        {
            Resolver = MergeDecisions.ToResolver(DecisionsOf(body), RulesOf(request), body.Text("take")),
            At = body.Position("at"),
            ExpectedLength = body.Position("expected_length"),
            Metadata = new EventMetadata { Actor = body.Text("actor") },
        };
        var merged = await target.MergeAsync(source, options, request.Aborted).ConfigureAwait(false);
        request.Http.Response.StatusCode = merged.EventId is null ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        await SendAsync(request, MergeContract.Of(merged, RegistryOf(request))).ConfigureAwait(false);
    });

    /// <summary>The decisions in a body.</summary>
    public static IReadOnlyList<MergeConflictContract> DecisionsOf(JsonBody body) =>
        body.FindArray("decisions") is { } rows ? rows.Deserialize(ContractContext.Default.IReadOnlyListMergeConflictContract)! : [];

    public static EventRegistry RegistryOf(ExplorerRequest request) => request.Explorer.Ledger.Store.Registry;

    /// <summary>The rules of the program, which the page and the API merge by.</summary>
    public static MergeRules RulesOf(ExplorerRequest request) => request.Explorer.Ledger.Options.MergeRules;

    /// <summary>Answers; what a decision or a name that does not fit throws is a bad request.</summary>
    public static async Task AnswerAsync(Func<Task> answer)
    {
        try
        {
            await answer().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is FormatException || fault is ArgumentException { ParamName: "source" or "onto" or "events" or "decision" or "json" })
        {
            throw new BadRequestException(fault.Message.Split(" (Parameter", 2)[0]);
        }
    }

    private static Task SendAsync(ExplorerRequest request, MergeContract answer) =>
        JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.MergeContract);
}
