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
            Resolver = MergeDecisions.ToResolver([], MergesResource.RulesOf(request), request.Query.Text("take")),
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
            Resolver = MergeDecisions.ToResolver(MergesResource.DecisionsOf(body), MergesResource.RulesOf(request), body.Text("take")),
            At = body.Position("at"),
            Metadata = new EventMetadata { Actor = body.Text("actor") },
        };
        try
        {
            var rebased = await source.RebaseAsync(onto, options, request.Aborted).ConfigureAwait(false);
            request.Http.Response.StatusCode = StatusCodes.Status201Created;
            await SendAsync(request, RebaseContract.Of(rebased, MergesResource.RegistryOf(request))).ConfigureAwait(false);
        }
        catch (BranchExistsException exists) when (request.Key is not null)
        {
            if (await FindMadeAsync(request, exists.Branch, source, onto, options).ConfigureAwait(false) is not { } made)
            {
                throw;
            }

            await SendAsync(request, made).ConfigureAwait(false);
        }
    });

    /// <summary>The rebase that the same request made before, on this server or another; null if the branch is not of such a one.</summary>
    private static async Task<RebaseContract?> FindMadeAsync(ExplorerRequest request, StreamName name, Run source, Run onto, RebaseOptions options)
    {
        var branch = await request.Explorer.Ledger.Store.GetBranchAsync(name, request.Aborted).ConfigureAwait(false);
        if (branch is null || (branch.Parent, branch.Name) != (onto.StreamName, options.Name)
            || await FindEndAsync(request, branch).ConfigureAwait(false) is not { Data: BranchRebased rebased } end
            || rebased.Source != source.StreamName.Value || (options.At is { } at && at.Value != rebased.At))
        {
            return null;
        }

        // The histories up to there are what they were, so the preview is what was written; of a longer one it would be another.
        var isAsBefore = await onto.GetLengthAsync(request.Aborted).ConfigureAwait(false) == branch.ForkPosition;
        var answer = isAsBefore
            ? RebaseContract.Of(
                await source.PreviewRebaseAsync(onto, options with { At = new Position(rebased.At) }, request.Aborted).ConfigureAwait(false),
                MergesResource.RegistryOf(request))
            : RebaseContract.Of(branch, rebased);
        return answer with { Branch = name.Value, EventId = end.Id, Length = end.Position!.Value.Value + 1 };
    }

    /// <summary>The event that ends a rebase; null if the branch has none.</summary>
    private static async Task<RecordedEvent?> FindEndAsync(ExplorerRequest request, BranchInfo branch)
    {
        var from = new Position(branch.ForkPosition.Value + 1);
        while (true)
        {
            var query = new EventQuery { Types = ["branch.rebased"], From = from, Limit = 1 };
            var page = await request.Explorer.Search.FindEventsAsync(branch.History, query, request.Aborted).ConfigureAwait(false);
            if (page.Events.Count > 0 || page.IsLast)
            {
                return page.Events.Count > 0 ? page.Events[0] : null;
            }

            from = page.Next;
        }
    }

    private static Task SendAsync(ExplorerRequest request, RebaseContract answer) =>
        JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.RebaseContract);
}
