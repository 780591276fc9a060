using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Runs;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>What becomes of relations whose ends the other side, or a decision, took away.</summary>
public abstract class MergeLostEndTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Decide_TheSideThatHasTheEnd_KeepsWhatElseWasMerged()
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([new RelationCreated("r", "t", "s", "x", new JsonObject { ["w"] = 1 })]);
        await branch.AppendAsync([new RelationCreated("r", "t", "s", "a", new JsonObject { ["w"] = 2 }), new ObjectRemoved("x")]);
        var (ours, theirs) = (await run.ForkAsync(), await run.ForkAsync());

        await ours.MergeAsync(branch, new MergeOptions { Resolver = MergeResolver.Ours });
        await theirs.MergeAsync(branch, new MergeOptions { Resolver = MergeResolver.Theirs });

        (await DescribedAsync(ours, "r")).ShouldBe("s -> x 2");
        (await ours.FindObjectAsync("x")).ShouldNotBeNull();
        (await DescribedAsync(theirs, "r")).ShouldBe("s -> a 2");
        (await theirs.FindObjectAsync("x")).ShouldBeNull();
    }

    [Fact]
    public async Task Decide_BackToAnEndThatIsLostToo_KeepsThatOne()
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([new RelationCreated("r", "t", "s", "x", new JsonObject { ["w"] = 1 }), new ObjectRemoved("a")]);
        await branch.AppendAsync([new ObjectRemoved("x")]);
        var asked = new List<string>();

        var result = await run.MergeAsync(branch, new MergeOptions { Resolver = By(asked, _ => MergeDecision.Theirs) });

        // One place has one answer, for both ends.
        asked.ShouldBe(["r /target_id"]);
        result.Merged.Decisions.ShouldHaveSingleItem();
        (await DescribedAsync(run, "r")).ShouldBe("s -> a 1");
        (await run.FindObjectAsync("a")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Decide_TheFirstEndAgainstTheRelation_DoesNotAskAboutTheOther()
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([new RelationRemoved("r"), new ObjectRemoved("s"), new ObjectRemoved("x")]);
        await branch.AppendAsync([new RelationCreated("made", "t", "s", "x")]);
        var asked = new List<string>();

        await run.MergeAsync(branch, new MergeOptions
        {
            Resolver = By(asked, c => c.Path == "/source_id" ? MergeDecision.Ours : MergeDecision.Theirs),
        });

        asked.ShouldBe(["made /source_id"]);
        (await run.FindRelationAsync("made")).ShouldBeNull();
        (await run.GetWorldAsync()).DanglingRelations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Decide_AnEndThatAnotherRelationKept_IsNotAsked()
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([new ObjectRemoved("x")]);
        await branch.AppendAsync([new RelationCreated("r1", "t", "s", "x"), new RelationCreated("r2", "t", "s", "x")]);
        var asked = new List<string>();

        await run.MergeAsync(branch, new MergeOptions { Resolver = By(asked, _ => MergeDecision.Theirs) });

        asked.ShouldBe(["r1 /target_id"]);
        (await DescribedAsync(run, "r2")).ShouldBe("s -> x ");
    }

    [Theory]
    [InlineData("ours")]
    [InlineData("theirs")]
    public async Task Decide_WhatBothMadeAway_TheirRelationsAreAskedAbout(string side)
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([new ObjectCreated("new", "T", new JsonObject { ["v"] = 1 })]);
        await branch.AppendAsync([new ObjectCreated("new", "T", new JsonObject { ["v"] = 2 })]);
        await (side == "ours" ? run : branch).AppendAsync([new RelationCreated("made", "t", "s", "new")]);
        MergeResolver Taking(MergeDecision end) => MergeResolver.By(c => c.Reason == MergeConflictReason.LostEnd ? end : MergeDecision.Remove);

        // To keep it contradicts that it is removed.
        var keeping = side == "ours" ? MergeDecision.Ours : MergeDecision.Theirs;
        var open = await run.PreviewMergeAsync(branch, new MergeOptions { Resolver = Taking(keeping) });
        open.Conflicts.ShouldHaveSingleItem().Reason.ShouldBe(MergeConflictReason.LostEnd);
        open.Decisions.ShouldHaveSingleItem().Key.Id.ShouldBe("new");
        (open.Conflicts[0].OurEvent is null, open.Conflicts[0].TheirEvent is null).ShouldBe((false, false));

        await run.MergeAsync(branch, new MergeOptions { Resolver = Taking(MergeDecision.Remove) });
        (await run.FindObjectAsync("new")).ShouldBeNull();
        (await run.FindRelationAsync("made")).ShouldBeNull();
    }

    [Fact]
    public async Task Decide_AnObjectAwayAndItsRelationIn_IsOpenAgain()
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([new ObjectRemoved("x")]);
        await branch.AppendAsync([new ObjectPatched("x", new JsonObject { ["v"] = 2 }), new RelationCreated("made", "t", "s", "x")]);
        var resolver = MergeResolver.By(c => c.Reason == MergeConflictReason.LostEnd ? MergeDecision.Theirs : MergeDecision.Ours);

        var refused = await Should.ThrowAsync<MergeConflictException>(() => run.MergeAsync(branch, new MergeOptions { Resolver = resolver }));

        refused.Conflicts.ShouldHaveSingleItem().Id.ShouldBe("made");
        refused.Preview.Decisions.ShouldHaveSingleItem().Key.Id.ShouldBe("x");
        refused.Preview.Changes.ShouldNotContain(c => c.Id == "x");
    }

    [Fact]
    public async Task Decide_ForASideWhereTheRelationDangles_ItDanglesAsThere()
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([new ObjectRemoved("a")]);
        await branch.AppendAsync([new RelationCreated("r", "t", "s", "a", new JsonObject { ["w"] = 3 })]);

        await run.MergeAsync(branch, new MergeOptions { Resolver = MergeResolver.Ours });

        (await DescribedAsync(run, "r")).ShouldBe("s -> a 3");
        (await run.FindObjectAsync("a")).ShouldBeNull();
    }

    private static MergeResolver By(List<string> asked, Func<MergeConflict, MergeDecision> decide)
    {
        var resolver = MergeResolver.By(c => decide(c));
        return MergeResolver.By(c =>
        {
            asked.Add($"{c.Id} {c.Path}");
            return null;
        }).Then(resolver);
    }

    private static async Task<string> DescribedAsync(Run run, string id)
    {
        var relation = (await run.FindRelationAsync(id)).ShouldNotBeNull();
        return $"{relation.SourceId} -> {relation.TargetId} {(relation.Data.TryGetValue("w", out var w) ? JsonSerializer.Serialize(w) : "")}";
    }

    // Objects s, a and x, and a relation r from s to a; and a branch of all.
    private async Task<(Run Run, Run Branch)> ForkedAsync()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([
            .. new[] { "s", "a", "x" }.Select(id => new ObjectCreated(id, "T", new JsonObject { ["v"] = 1 })),
            new RelationCreated("r", "t", "s", "a", new JsonObject { ["w"] = 1 })]);
        return (run, await run.ForkAsync());
    }
}
