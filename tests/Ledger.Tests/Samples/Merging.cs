using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Samples;

/// <summary>The samples of the page on merging.</summary>
public sealed class Merging
{
    private readonly List<string> _printed = [];

    [Fact]
    public async Task Merge_DecidesWhatBothSet()
    {
        var run = await ClaimedAsync();
        var branch = await run.ForkAsync();
        await branch.AppendAsync([new NewEvent(
            new ObjectPatched("claim-1", new JsonObject { ["status"] = "refuted", ["source"] = "lab" }), new EventMetadata { Actor = "scout" })]);
        await run.AppendAsync([new NewEvent(new ObjectPatched("claim-1", new JsonObject { ["status"] = "accepted" }), new EventMetadata { Actor = "lead" })]);

        // sample: merge
        var preview = await run.PreviewMergeAsync(branch);                  // writes nothing
        foreach (var conflict in preview.Conflicts)
        {
            Print($"{conflict.Id} {conflict.Property}: {conflict.OurActor} set {conflict.Ours}, {conflict.TheirActor} set {conflict.Theirs}");
        }

        var options = new MergeOptions
        {
            Resolver = MergeResolver.For("Claim", "status", MergeDecision.Theirs),
            Metadata = new EventMetadata { Actor = "lead" },
        };
        var result = await run.MergeAsync(branch, options);                 // MergeConflictException while a conflict is open
        var origin = (await run.BlameAsync("claim-1", "status")).Entries[^1].Origins[0];
        Print($"{origin.Metadata.Actor} on {origin.Stream.Category}");
        // end of sample

        _printed.ShouldBe(["claim-1 status: lead set accepted, scout set refuted", "scout on branch"]);
        result.Merged.Changes.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Merge_AsksAModel_AndRecordsTheCall()
    {
        var run = await ClaimedAsync();
        var branch = await run.ForkAsync();
        await branch.AppendAsync([new ObjectPatched("claim-1", new JsonObject { ["status"] = "refuted" })]);
        await run.AppendAsync([new ObjectPatched("claim-1", new JsonObject { ["status"] = "accepted" })]);

        // sample: judge
        var judge = MergeResolver.By(async (conflict, stop) =>
        {
            var answer = await run.CallOnceAsync("judge", QuestionOf(conflict), AskModelAsync, cancellationToken: stop);
            return answer.Text is "ours" ? MergeDecision.Ours : answer.Text is "theirs" ? MergeDecision.Theirs : null;
        });
        await run.MergeAsync(branch, new MergeOptions { Resolver = MergeResolver.For("Note", null, MergeDecision.Ours).Then(judge) });
        // end of sample

        (await run.FindObjectAsync("claim-1"))!.Data["status"].GetString().ShouldBe("refuted");
        var events = await run.ReadAllAsync();
        events[^1].Metadata.Causes.ShouldContain(events.Single(e => e.Type == "call.returned").Id);
    }

    [Fact]
    public async Task CherryPick_TakesOneFinding()
    {
        var run = await ClaimedAsync();
        var branch = await run.ForkAsync();
        var finding = new NewEvent(new ObjectPatched("claim-1", new JsonObject { ["source"] = "lab" }));
        await branch.AppendAsync([new ObjectCreated("draft-1", "Draft"), finding]);

        // sample: pick
        var picked = await run.CherryPickAsync(branch, [finding.Id]);       // CherryPickRefusedException: a cause was not chosen, or a conflict is open
        Print($"{picked.Picked.Events[0].Outcome}: {(await run.ExplainAsync(picked.Picked.Events[0].Written[0].Id)).Events.Count()} events");
        // end of sample

        _printed.ShouldBe(["Written: 2 events"]);
        (await run.FindObjectAsync("draft-1")).ShouldBeNull();
    }

    [Fact]
    public async Task Rebase_ListsWhatItLeavesOut()
    {
        var run = await ClaimedAsync();
        var branch = await run.ForkAsync();
        await branch.AppendAsync([new ObjectPatched("claim-1", new JsonObject { ["status"] = "refuted" }), new ObjectCreated("note-1", "Note")]);
        await run.AppendAsync([new ObjectPatched("claim-1", new JsonObject { ["status"] = "accepted" })]);

        // sample: rebase
        var rebased = await branch.RebaseAsync(run, new RebaseOptions { Id = "again" });
        foreach (var left in rebased.Rebased.Events.Where(e => e.Outcome == CarryOutcome.Conflict))
        {
            Print($"left out: {left.Original.Type} of {left.Conflicts[0].Id}");
        }
        // end of sample

        _printed.ShouldBe(["left out: object.patched of claim-1"]);
        (await rebased.Branch.FindObjectAsync("note-1")).ShouldNotBeNull();
    }

    private static JsonElement QuestionOf(MergeConflict conflict) => JsonElement.Parse($$"""{"ours":{{conflict.Ours.GetRawText()}},"theirs":{{conflict.Theirs.GetRawText()}}}""");

    private static Task<CallResponse> AskModelAsync(CancellationToken cancellationToken) => Task.FromResult(CallResponse.OfText("theirs"));

    private static async Task<Run> ClaimedAsync()
    {
        var run = Run.InMemory("merging");
        await run.AppendAsync([new ObjectCreated("claim-1", "Claim", new JsonObject { ["status"] = "open" })]);
        return run;
    }

    private void Print(string line) => _printed.Add(line);
}
