using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Conformance.Decorators;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>What a merge takes over, what it writes, and what it leaves alone.</summary>
public abstract class MergeTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Merge_BothSidesChangedOtherProperties_BothAreThere()
    {
        var (run, branch) = await ForkedAsync();
        var theirs = new NewEvent(new ObjectPatched("a", new JsonObject { ["x"] = 2 }), new EventMetadata { Actor = "scout" });
        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["y"] = 3 })]);
        await branch.AppendAsync([theirs, new ObjectCreated("b", "T"), new RelationCreated("r", "t", "a", "b")]);

        var preview = await run.PreviewMergeAsync(branch);
        var result = await run.MergeAsync(branch, new MergeOptions { Metadata = new EventMetadata { Actor = "lead" } });

        preview.Conflicts.ShouldBeEmpty();
        preview.Base.ShouldBe(new MergeBase(run.StreamName.Value, 2));
        (await Data(run, "a")).ShouldBe("""{"x":2,"y":3}""");
        (await run.FindRelationAsync("r")).ShouldNotBeNull();
        var events = await run.ReadAllAsync();
        events.Skip(3).Select(e => e.Type).ShouldBe(["object.patched", "object.created", "relation.created", "branch.merged"]);
        events.Skip(3).ShouldAllBe(e => e.Metadata.Actor == "lead" && e.CorrelationId == run.StreamName.Value);
        Json(events[3]).ShouldBe("""{"id":"a","patch":{"x":2}}""");
        events[3].Metadata.Causes.ShouldBe([theirs.Id]);
        events[^1].Data.ShouldBe(new BranchMerged(branch.StreamName.Value, 6, new MergeBase(run.StreamName.Value, 2), 0));
        events[^1].Metadata.Causes.ShouldBe([(await branch.ReadAllAsync())[^1].Id]);
        result.EventId.ShouldBe(events[^1].Id);
        result.Length.ShouldBe(new Position(7));
        preview.Changes.Select(c => (c.Kind, c.Id, c.Change)).ShouldBe(
            [(EntityKind.WorldObject, "a", BlameKind.Patched), (EntityKind.WorldObject, "b", BlameKind.Created), (EntityKind.Relation, "r", BlameKind.Created)]);
    }

    [Fact]
    public async Task Merge_SourceChangedNothing_WritesNothing()
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["x"] = 2 })]);
        await branch.AppendAsync([new ToolCalled("search"), new ObjectPatched("a", new JsonObject { ["x"] = 1 })]);

        (await run.PreviewMergeAsync(branch)).IsUpToDate.ShouldBeTrue();
        var result = await run.MergeAsync(branch);

        (result.EventId, result.Length).ShouldBe((null, new Position(3)));
        (await run.GetLengthAsync()).ShouldBe(new Position(3));
    }

    [Fact]
    public async Task Merge_BothMadeTheSameChange_OnlyTheMergeIsWritten()
    {
        var (run, branch) = await ForkedAsync();
        foreach (var side in new[] { run, branch })
        {
            await side.AppendAsync([new ObjectPatched("a", new JsonObject { ["x"] = 2 }), new ObjectCreated("b", "T", new JsonObject { ["n"] = 1.0 })]);
        }

        var result = await run.MergeAsync(branch);

        result.Merged.Changes.ShouldBeEmpty();
        result.EventId.ShouldNotBeNull();
        (await run.GetLengthAsync()).ShouldBe(new Position(5));
        (await run.MergeAsync(branch)).EventId.ShouldBeNull();
    }

    [Fact]
    public async Task Merge_PropertyThatIsGone_ReplacesTheObject()
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["y"] = 3 })]);
        await branch.AppendAsync([new ObjectCreated("a", "U", new JsonObject { ["z"] = null })]);

        await run.MergeAsync(branch);

        (await run.FindObjectAsync("a"))!.Type.ShouldBe("U");
        (await Data(run, "a")).ShouldBe("""{"y":3,"z":null}""");
    }

    [Fact]
    public async Task Merge_RemovedAndMadeAgain_IsAChangeLikeAnother()
    {
        var (run, branch) = await ForkedAsync();
        await branch.AppendAsync([
            new ObjectRemoved("a"), new ObjectCreated("a", "T", new JsonObject { ["x"] = 1 }),
            new RelationCreated("r", "t", "a", "a"), new RelationRemoved("r"), new RelationCreated("r", "u", "a", "a")]);

        await run.MergeAsync(branch);

        (await run.ReadAllAsync()).Skip(2).Select(e => e.Type).ShouldBe(["relation.created", "branch.merged"]);
        (await run.FindRelationAsync("r"))!.Type.ShouldBe("u");
    }

    [Fact]
    public async Task Merge_DanglingRelationOfTheSource_StaysDangling()
    {
        var (run, branch) = await ForkedAsync();
        await branch.AppendAsync([new ObjectRemoved("a"), new RelationCreated("r", "t", "a", "ghost")]);

        await run.MergeAsync(branch);

        (await run.GetWorldAsync()).DanglingRelations.ShouldHaveSingleItem().Id.ShouldBe("r");
    }

    [Fact]
    public async Task Merge_ParentIntoBranchAndSiblings_EveryDirection()
    {
        var (run, branch) = await ForkedAsync();
        var sibling = await run.ForkAsync(new Position(1));
        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["parent"] = true })]);
        await branch.AppendAsync([new ObjectPatched("a", new JsonObject { ["branch"] = true })]);
        await sibling.AppendAsync([new ObjectPatched("a", new JsonObject { ["sibling"] = true })]);

        await branch.MergeAsync(run);
        await branch.MergeAsync(sibling);

        (await Data(branch, "a")).ShouldBe("""{"branch":true,"parent":true,"sibling":true,"x":1}""");
        (await Data(run, "a")).ShouldBe("""{"parent":true,"x":1}""");
        (await Data(sibling, "a")).ShouldBe("""{"sibling":true,"x":1}""");
    }

    [Fact]
    public async Task Merge_ArchivedSource_IsReadAsAnyOther()
    {
        var (run, branch) = await ForkedAsync();
        await branch.AppendAsync([new ObjectCreated("b", "T")]);
        await Store.ArchiveAsync(branch.StreamName);

        await run.MergeAsync(branch);

        (await run.FindObjectAsync("b")).ShouldNotBeNull();
        await run.AppendAsync([new ObjectCreated("c", "T")]);
        await Should.ThrowAsync<StreamArchivedException>(() => branch.MergeAsync(run));
    }

    [Fact]
    public async Task Merge_PartOfTheSource_LeavesTheRest()
    {
        var (run, branch) = await ForkedAsync();
        await branch.AppendAsync([new ObjectCreated("b", "T"), new ObjectCreated("c", "T")]);

        await run.MergeAsync(branch, new MergeOptions { At = new Position(4) });
        (await run.FindObjectAsync("c")).ShouldBeNull();
        await run.MergeAsync(branch);

        (await run.FindObjectAsync("c")).ShouldNotBeNull();
        await Should.ThrowAsync<PositionOutOfRangeException>(() => run.PreviewMergeAsync(branch, new MergeOptions { At = new Position(9) }));
    }

    [Fact]
    public async Task Merge_CallsOfTheBranch_AreCountedAndNotCopied()
    {
        var (run, branch) = await ForkedAsync();
        await branch.AppendAsync([
            new ToolCalled("search"), new ToolCalled("search"), new ToolCalled("deploy"),
            new LlmResponse("yes", "m", 0.25m), new BudgetExhausted(), new ObjectCreated("b", "T")]);

        var result = await run.MergeAsync(branch);

        result.Merged.Effects.Calls.CostUsd.ShouldBe(0.25m);
        result.Merged.Effects.Tools.Select(t => (t.Key, t.Value)).ShouldBe([("deploy", 1), ("search", 2)]);
        (await run.ReadAllAsync()).Skip(2).Select(e => e.Type).ShouldBe(["object.created", "branch.merged"]);
        (await run.IsBudgetExhaustedAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task Merge_TargetGrowsMeanwhile_StartsAgainAndMixesNothing()
    {
        var (run, branch) = await ForkedAsync();
        await branch.AppendAsync([new ObjectPatched("a", new JsonObject { ["x"] = 2 })]);
        var asked = 0;
        var racing = new CountingStore(Store, before: number => number == 1
            ? run.AppendAsync([new ObjectPatched("a", new JsonObject { ["x"] = 3 })])
            : Task.CompletedTask);
        var target = await new AgentLedger(racing).OpenAsync(run.StreamName);

        var result = await target.MergeAsync(branch, new MergeOptions { Resolver = MergeResolver.By(_ => ++asked > 0 ? MergeDecision.Theirs : null) });

        (asked, racing.Appends).ShouldBe((1, 2));
        result.Merged.Decisions.ShouldHaveSingleItem().Key.Ours.GetInt32().ShouldBe(3);
        (await Data(run, "a")).ShouldBe("""{"x":2}""");
    }

    [Fact]
    public async Task Merge_TargetIsNotAsExpected_IsRefused()
    {
        var (run, branch) = await ForkedAsync();
        await branch.AppendAsync([new ObjectCreated("b", "T")]);
        await run.AppendAsync([new ObjectCreated("c", "T")]);

        var refused = await Should.ThrowAsync<WrongExpectedVersionException>(
            () => run.MergeAsync(branch, new MergeOptions { ExpectedLength = new Position(2) }));

        (refused.Expected, refused.Actual).ShouldBe((ExpectedVersion.Exactly(new StreamVersion(2)), new StreamVersion(3)));
        (await run.GetLengthAsync()).ShouldBe(new Position(3));
    }

    [Fact]
    public async Task Merge_TwoAtOnce_OneIsWrittenAndTheOtherFindsNothing()
    {
        var (run, branch) = await ForkedAsync();
        await branch.AppendAsync([new ObjectCreated("b", "T")]);

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await (await Runs.OpenAsync(run.StreamName)).MergeAsync(branch)));

        results.Count(r => r.EventId is not null).ShouldBe(1);
        (await run.ReadAllAsync()).Count(e => e.Type == "branch.merged").ShouldBe(1);
    }

    [Fact]
    public async Task Merge_OfItselfOrAnotherFamily_IsRefused()
    {
        var (run, _) = await ForkedAsync();
        var (other, _) = await ForkedAsync();

        await RefusedAsync<ArgumentException>(() => run.MergeAsync(run), $"'{run.StreamName}' cannot be merged into itself. (Parameter 'source')");
        await RefusedAsync<ArgumentException>(
            () => run.PreviewMergeAsync(other),
            $"'{other.StreamName}' descends from '{other.StreamName}', and '{run.StreamName}' from '{run.StreamName}'. Merge branches of one run. (Parameter 'source')");
    }

    [Fact]
    public async Task Merge_StrictHandle_TheFault()
    {
        var (run, branch) = await ForkedAsync();
        await branch.AppendAsync([new ObjectPatched("ghost", new JsonObject()), new ObjectCreated("b", "T")]);

        await Should.ThrowAsync<WorldFaultException>(() => run.WithFaults(WorldFaults.Throw).MergeAsync(branch));
        (await run.GetLengthAsync()).ShouldBe(new Position(2));
        await run.MergeAsync(branch);
        (await run.GetWorldAsync()).Faults.ShouldBeEmpty();
    }

    private static string Json(RecordedEvent recorded) => JsonSerializer.Serialize(recorded.ToJsonElement());

    private static async Task<string> Data(Run run, string id)
    {
        var data = (await run.FindObjectAsync(id))!.Data;
        return new JsonObject(data.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create(p.Key, JsonNode.Parse(p.Value.GetRawText())))).ToJsonString();
    }

    // A run of two events with an object, and a branch of both.
    private async Task<(Run Run, Run Branch)> ForkedAsync()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new ObjectCreated("a", "T", new JsonObject { ["x"] = 1 }), Labelled("before")]);
        return (run, await run.ForkAsync());
    }
}
