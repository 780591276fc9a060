using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>When two sides of a merge disagree, who and why, and what a decision makes of it.</summary>
public abstract class MergeConflictTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Conflict_PropertySetDifferently_NamesBothEventsAndActors()
    {
        var (run, branch) = await ForkedAsync();
        var ours = By("lead", new ObjectPatched("a", new JsonObject { ["x"] = 2, ["y"] = 1 }));
        var theirs = By("scout", new ObjectPatched("a", new JsonObject { ["x"] = 3 }));
        await run.AppendAsync([ours, By("lead", new ObjectPatched("a", new JsonObject { ["y"] = 2 }))]);
        await branch.AppendAsync([By("scout", new ObjectPatched("a", new JsonObject { ["x"] = 4 })), theirs]);

        var refused = await Should.ThrowAsync<MergeConflictException>(() => run.MergeAsync(branch));

        refused.Message.ShouldBe($"'{branch.StreamName}' cannot be merged into '{run.StreamName}': a conflict on object 'a' is open. "
            + "Nothing was written; decide them by a resolver and merge again.");
        var conflict = refused.Conflicts.ShouldHaveSingleItem();
        Described(conflict).ShouldBe("object a set /data/x 1 2 3");
        (conflict.Type, conflict.Property).ShouldBe(("T", "x"));
        (conflict.OurEvent, conflict.OurActor).ShouldBe((ours.Id, "lead"));
        (conflict.TheirEvent, conflict.TheirActor).ShouldBe((theirs.Id, "scout"));
        (await run.GetLengthAsync()).ShouldBe(new Position(7));
    }

    [Fact]
    public async Task Conflict_EveryReason_IsARow()
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([
            new ObjectCreated("a", "U", new JsonObject { ["x"] = 1 }),
            new ObjectRemoved("b"), new ObjectPatched("c", new JsonObject { ["x"] = 2 }),
            new ObjectCreated("new", "T", new JsonObject { ["x"] = 1 }), new RelationCreated("r", "t", "a", "c"),
            new RelationCreated("toD", "t", "a", "d"), new RelationCreated("same", "t", "a", "b")]);
        await branch.AppendAsync([
            new ObjectCreated("a", "V", new JsonObject { ["x"] = 1 }),
            new ObjectPatched("b", new JsonObject { ["x"] = 2 }), new ObjectRemoved("c"),
            new ObjectCreated("new", "T", new JsonObject { ["y"] = 1 }), new RelationCreated("r", "t", "a", "d"),
            new ObjectRemoved("d"), new RelationCreated("same", "t", "a", "b")]);

        var preview = await run.PreviewMergeAsync(branch);

        preview.Conflicts.Select(Described).ShouldBe([
            """object a retyped /type "T" "U" "V" """.TrimEnd(),
            """object b removed  {"type":"T","data":{"x":1}} - {"type":"T","data":{"x":2}}""",
            """object c removed  {"type":"T","data":{"x":1}} {"type":"T","data":{"x":2}} -""",
            """object new created  - {"type":"T","data":{"x":1}} {"type":"T","data":{"y":1}}""",
            """relation r set /target_id "b" "c" "d" """.TrimEnd(),
            """relation toD lost_end /target_id - {"type":"t","source_id":"a","target_id":"d","data":{}} -""",
        ]);
    }

    [Fact]
    public async Task Conflict_DeeperThanTheProperty_IsOfTheMember()
    {
        var ledger = new AgentLedger(Store, new AgentLedgerOptions { MergeRules = MergeRules.None.Deep("T", "details") });
        var run = ledger.GetRun(NewId());
        await run.AppendAsync([Details("a", "T", """{"a/b": 1, "size": 1, "old": {"x": 1, "y": 1}, "list": [1]}"""), Details("b", "U", """{"x": 1, "y": 1}""")]);
        var branch = await run.ForkAsync();
        var (ours, theirs) = (
            Details("a", "T", """{"a/b": 2, "size": 2, "old": {"x": 2, "y": 1}, "list": [1, 2]}"""),
            Details("a", "T", """{"a/b": 3, "size": 1, "old": {"x": 1}, "list": [1], "new": {"z": 1}}"""));
        await run.AppendAsync([ours, Details("b", "U", """{"x": 2, "y": 1}""")]);
        await branch.AppendAsync([theirs, Details("b", "U", """{"x": 1, "y": 2}""")]);

        var preview = await run.PreviewMergeAsync(branch);
        var picked = await run.PreviewCherryPickAsync(branch, [theirs.Id]);
        var decisions = MergeResolver.For("T", "details", MergeDecision.Set(JsonElement.Parse("4"))).Then(MergeResolver.Ours);
        await run.MergeAsync(branch, new MergeOptions { Resolver = decisions });

        // What both set differently is the member; of a type without a rule it is the whole property.
        preview.Conflicts.Select(c => (c.Id, c.Property, c.Path, $"{c.Base} {c.Ours} {c.Theirs}", c.OurEvent, c.TheirEvent)).First()
            .ShouldBe(("a", "details", "/data/details/a~1b", "1 2 3", ours.Id, theirs.Id));
        preview.Conflicts.Select(c => (c.Id, c.Path)).ShouldBe([("a", "/data/details/a~1b"), ("b", "/data/details")]);
        picked.Conflicts.Select(c => c.Path).ShouldBe(["/data/details/a~1b"]);
        var merged = (await run.FindObjectAsync("a"))!.Data["details"];
        JsonElement.DeepEquals(merged, JsonElement.Parse("""{"a/b": 4, "size": 2, "old": {"x": 2}, "list": [1, 2], "new": {"z": 1}}""")).ShouldBeTrue(merged.ToString());
        (await run.PreviewMergeAsync(branch)).IsUpToDate.ShouldBeTrue();

        static NewEvent Details(string id, string type, string json) =>
            new(new ObjectCreated(id, type, JsonElement.Parse($$"""{"details": {{json}}}""")));
    }

    [Fact]
    public async Task Conflict_RelationToAnObjectThatWeRemoved_CanKeepEither()
    {
        var (run, branch) = await ForkedAsync();
        var removal = By("lead", new ObjectRemoved("d"));
        var relation = By("scout", new RelationCreated("toD", "t", "a", "d"));
        await run.AppendAsync([removal]);
        await branch.AppendAsync([relation]);

        var conflict = (await run.PreviewMergeAsync(branch)).Conflicts.ShouldHaveSingleItem();
        Described(conflict).ShouldBe("""relation toD lost_end /target_id - - {"type":"t","source_id":"a","target_id":"d","data":{}}""");
        (conflict.OurEvent, conflict.TheirEvent).ShouldBe((removal.Id, relation.Id));

        var (ours, theirs) = (await run.ForkAsync(), await run.ForkAsync());
        await ours.MergeAsync(branch, new MergeOptions { Resolver = MergeResolver.Ours });
        (await ours.FindRelationAsync("toD")).ShouldBeNull();
        (await ours.FindObjectAsync("d")).ShouldBeNull();
        await theirs.MergeAsync(branch, new MergeOptions { Resolver = MergeResolver.Theirs });
        (await theirs.FindRelationAsync("toD")).ShouldNotBeNull();
        (await theirs.FindObjectAsync("d"))!.Data.ToString().ShouldBe("""{"x":1}""");
    }

    [Fact]
    public async Task Decide_EachInItsWay_AsDecided()
    {
        var (run, branch) = await ForkedAsync();
        object[] Changes(int x) =>
        [
            .. new[] { "a", "b", "c", "d" }.Select(id => new ObjectPatched(id, new JsonObject { ["x"] = x, ["y"] = x })),
            new ObjectCreated("other", "U", new JsonObject { ["x"] = x }),
        ];
        await run.AppendAsync(Changes(2));
        await branch.AppendAsync(Changes(3));
        var first = (await run.PreviewMergeAsync(branch)).Conflicts;
        var asked = new List<string>();

        var resolver = MergeResolver.Of([KeyValuePair.Create(first.Single(c => c is { Id: "a", Property: "x" }), MergeDecision.Theirs)])
            .Then(MergeResolver.By(c => c switch
            {
                { Id: "b", Property: "x" } => MergeDecision.Set(JsonElement.Parse("""{"of":[2,3]}""")),
                { Id: "c", Property: "x" } => MergeDecision.Remove,
                _ => null,
            }))
            .Then(MergeResolver.For("T", "y", MergeDecision.Ours))
            .Then(MergeResolver.For("U", null, MergeDecision.Set(JsonElement.Parse("""{"type":"W"}"""))))
            .Then(MergeResolver.By((c, _) =>
            {
                asked.Add(c.Id);
                return ValueTask.FromResult<MergeDecision?>(MergeDecision.Ours);
            }));
        var result = await run.MergeAsync(branch, new MergeOptions { Resolver = resolver });

        asked.ShouldBe(["d"]);
        result.Merged.Decisions.Count.ShouldBe(9);
        (await run.FindObjectAsync("a"))!.Data["x"].GetInt32().ShouldBe(3);
        (await run.FindObjectAsync("b"))!.Data["x"].GetRawText().Replace(" ", "", StringComparison.Ordinal).ShouldBe("""{"of":[2,3]}""");
        (await run.FindObjectAsync("c"))!.Data.Keys.ShouldBe(["y"]);
        (await run.FindObjectAsync("d"))!.Data["x"].GetInt32().ShouldBe(2);
        (await run.FindObjectAsync("other"))!.Type.ShouldBe("W");
        var patch = (await run.ReadAllAsync()).Single(e => e.Metadata.Causes.Count == 2 && e.Type == "object.patched" && e.ToJsonElement().GetProperty("id").GetString() == "a");
        patch.Metadata.Causes.ShouldBe([first[0].TheirEvent!.Value, first[0].OurEvent!.Value]);
        ((BranchMerged)(await run.ReadAllAsync())[^1].Data).Resolved.ShouldBe(9);
    }

    [Fact]
    public async Task Decide_SomeOfThem_NothingIsWritten()
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["x"] = 2 }), new ObjectPatched("b", new JsonObject { ["x"] = 2 })]);
        await branch.AppendAsync([new ObjectPatched("a", new JsonObject { ["x"] = 3 }), new ObjectPatched("b", new JsonObject { ["x"] = 3 })]);

        var options = new MergeOptions { Resolver = MergeResolver.By(c => c.Id == "a" ? MergeDecision.Ours : null) };
        var refused = await Should.ThrowAsync<MergeConflictException>(() => run.MergeAsync(branch, options));

        refused.Conflicts.ShouldHaveSingleItem().Id.ShouldBe("b");
        refused.Preview.Decisions.ShouldHaveSingleItem().Key.Id.ShouldBe("a");
        (await run.GetLengthAsync()).ShouldBe(new Position(7));
    }

    [Fact]
    public async Task Decide_ByAList_OfOtherValuesIsNotUsed()
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["x"] = 2 })]);
        await branch.AppendAsync([new ObjectPatched("a", new JsonObject { ["x"] = 3 })]);
        var seen = (await run.PreviewMergeAsync(branch)).Conflicts.Single();
        await branch.AppendAsync([new ObjectPatched("a", new JsonObject { ["x"] = 4 })]);

        var options = new MergeOptions { Resolver = MergeResolver.Of([KeyValuePair.Create(seen, MergeDecision.Theirs)]) };

        (await run.PreviewMergeAsync(branch, options)).Conflicts.ShouldHaveSingleItem().Theirs.GetInt32().ShouldBe(4);
    }

    [Fact]
    public async Task Decide_AValueThatDoesNotFit_IsRefused()
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([new ObjectCreated("a", "U"), new ObjectRemoved("b")]);
        await branch.AppendAsync([new ObjectCreated("a", "V"), new ObjectPatched("b", new JsonObject { ["x"] = 2 })]);
        Task<MergePreview> Decide(string id, string json) => run.PreviewMergeAsync(
            branch, new MergeOptions { Resolver = MergeResolver.By(c => c.Id == id ? MergeDecision.Set(JsonElement.Parse(json)) : null) });

        await RefusedAsync<ArgumentException>(() => Decide("a", "7"), "'/type' of object 'a' must be text. (Parameter 'decision')");
        await RefusedAsync<ArgumentException>(
            () => Decide("b", """{"data":{}}"""),
            "The value for object 'b' must be a JSON object with 'type' as text and, if it has properties, 'data' as an object. (Parameter 'json')");
    }

    [Fact]
    public async Task Decide_ByARecordedCall_AsksOnce()
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["x"] = 2 })]);
        await branch.AppendAsync([new ObjectPatched("a", new JsonObject { ["x"] = 3 })]);
        var calls = 0;
        var resolver = MergeResolver.By(async (conflict, cancellationToken) =>
        {
            var answer = await run.CallOnceAsync("judge", $$"""{"ours":{{conflict.Ours}},"theirs":{{conflict.Theirs}}}""", _ =>
            {
                calls++;
                return Task.FromResult(CallResponse.OfText("theirs"));
            }, cancellationToken: cancellationToken);
            return answer.Text == "theirs" ? MergeDecision.Theirs : null;
        });

        var result = await run.MergeAsync(branch, new MergeOptions { Resolver = resolver });

        calls.ShouldBe(1);
        var events = await run.ReadAllAsync();
        events.TakeLast(4).Select(e => e.Type).ShouldBe(["call.requested", "call.returned", "object.patched", "branch.merged"]);
        events[^1].Metadata.Causes.ShouldContain(events[^3].Id);
        result.Length.Value.ShouldBe(events.Count);
    }

    private static NewEvent By(string actor, object data) => new(data, new EventMetadata { Actor = actor });

    private static string Described(MergeConflict c) => $"{c.Kind.ToName()} {c.Id} {c.Reason.ToName()} {c.Path} {Text(c.Base)} {Text(c.Ours)} {Text(c.Theirs)}";

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? "-" : JsonSerializer.Serialize(value);

    private async Task<(Run Run, Run Branch)> ForkedAsync()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([
            .. new[] { "a", "b", "c", "d" }.Select(id => new ObjectCreated(id, "T", new JsonObject { ["x"] = 1 })),
            new RelationCreated("r", "t", "a", "b")]);
        return (run, await run.ForkAsync());
    }
}
