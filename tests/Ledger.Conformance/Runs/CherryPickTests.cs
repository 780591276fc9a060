using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Conformance.Decorators;
using Ledger.Events;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>Which events a cherry-pick writes again, how, and what it asks before.</summary>
public abstract class CherryPickTests(ITestEngine engine) : EventStoreTests(engine)
{
    private static readonly CherryPickOptions Theirs = new() { Resolver = MergeResolver.Theirs };
    private static readonly CherryPickOptions Include = new() { Causes = PickCauses.Include };

    [Fact]
    public async Task Pick_ChosenEvents_AreWrittenAgainCausedByTheirOriginals()
    {
        var (run, branch) = await ForkedAsync();
        var (patch, made) = (Set("a", "x", 2), new NewEvent(new ObjectCreated("c", "T", new JsonObject { ["n"] = 1 })));
        await branch.AppendAsync([new ObjectCreated("b", "T"), patch, made]);

        var preview = await run.PreviewCherryPickAsync(branch, [made.Id, patch.Id]);
        (await run.GetLengthAsync()).ShouldBe(new Position(2));
        var result = await run.CherryPickAsync(branch, [made.Id, patch.Id], new CherryPickOptions { Metadata = new EventMetadata { Actor = "lead" } });

        preview.Events.Select(e => (e.Original.Id, e.Outcome)).ShouldBe([(patch.Id, CarryOutcome.Written), (made.Id, CarryOutcome.Written)]);
        result.Picked.Events.SelectMany(e => e.Written).Select(e => e.Id).ShouldBe(preview.Events.SelectMany(e => e.Written).Select(e => e.Id));
        var events = (await run.ReadAllAsync()).Skip(2).ToList();
        events.Select(e => (e.Type, e.Metadata.Actor, e.CorrelationId)).ShouldBe(
            [("object.patched", "lead", run.StreamName.Value), ("object.created", "lead", run.StreamName.Value), ("branch.picked", "lead", run.StreamName.Value)]);
        events.SkipLast(1).Select(e => e.Metadata.Causes.ShouldHaveSingleItem()).ShouldBe([patch.Id, made.Id]);
        Json(events[0]).ShouldBe("""{"id":"a","patch":{"x":2}}""");
        var picked = events[^1].Data.ShouldBeOfType<BranchPicked>();
        (picked.Source, picked.At, picked.Resolved).ShouldBe((branch.StreamName.Value, 6, 0));
        picked.Events.ShouldBe([patch.Id, made.Id]);
        (result.EventId, result.Length).ShouldBe((events[^1].Id, new Position(5)));
        (await run.FindObjectAsync("b")).ShouldBeNull();
        (await branch.GetLengthAsync()).ShouldBe(new Position(6));
    }

    [Fact]
    public async Task Pick_WithoutItsCauses_IsRefusedWithTheListUnlessTheyAreIncluded()
    {
        var (run, branch) = await ForkedAsync();
        var first = new NewEvent(new ObjectCreated("b", "T"));
        var call = new NewEvent(new ToolCalled("search"), Caused(first));
        var second = Set("a", "x", 2, Caused(call));
        await branch.AppendAsync([first, Labelled("between"), call, second]);

        var refused = await RefusedAsync<CherryPickRefusedException>(
            () => run.CherryPickAsync(branch, [second.Id]),
            $"Events of '{branch.StreamName}' cannot be picked into '{run.StreamName}': they follow from '{first.Id}', which was not chosen. "
                + "Nothing was written; choose it too, or include causes.");
        refused.Preview.Missing.Select(e => e.Id).ShouldBe([first.Id]);
        (await run.GetLengthAsync()).ShouldBe(new Position(2));
        var result = await run.CherryPickAsync(branch, [second.Id], Include);

        result.Picked.Missing.ShouldBeEmpty();
        var events = (await run.ReadAllAsync()).Skip(2).ToList();
        events.Select(e => e.Type).ShouldBe(["object.created", "object.patched", "branch.picked"]);

        // The call stays on the branch, and is still why.
        var trace = await run.ExplainAsync(events[1].Id);
        trace.Events.Select(e => e.Id).ShouldBe([events[1].Id, second.Id, call.Id, first.Id]);
        (await run.TraceEffectsAsync(first.Id)).Events.Select(e => e.Id).ShouldContain(events[1].Id);
    }

    [Fact]
    public async Task Pick_CausesThatTheTargetHas_AreNotAskedFor()
    {
        var (run, branch) = await ForkedAsync();
        var shared = (await run.ReadAllAsync())[0];
        var merged = new NewEvent(new ObjectCreated("b", "T"));
        await branch.AppendAsync([merged]);
        await run.MergeAsync(branch);
        var picked = new NewEvent(new ObjectCreated("c", "T"), Caused(merged));
        await branch.AppendAsync([picked]);
        await run.CherryPickAsync(branch, [picked.Id]);
        var last = Set("a", "x", 2, new EventMetadata { Causes = [shared.Id, merged.Id, picked.Id] });
        await branch.AppendAsync([last]);

        var result = await run.CherryPickAsync(branch, [last.Id, merged.Id]);

        result.Picked.Events.Select(e => e.Outcome).ShouldBe([CarryOutcome.Known, CarryOutcome.Written]);
        (await Data(run, "a")).ShouldBe("""{"x":2}""");
    }

    [Fact]
    public async Task Pick_ForeignCauses_BelongToTheClosure()
    {
        var (run, branch) = await ForkedAsync();
        await branch.AppendAsync([
            new NewEvent(new ObjectCreated("b", "T"), new EventMetadata { ForeignId = "e-1" }),
            new NewEvent(new ObjectCreated("c", "T"), new EventMetadata { ForeignId = "e-2", ForeignCauses = ["e-1"] })]);
        var events = await branch.ReadAllAsync();

        var preview = await run.PreviewCherryPickAsync(branch, [events[^1].Id]);

        preview.Missing.Select(e => e.Metadata.ForeignId).ShouldBe(["e-1"]);
        await run.CherryPickAsync(branch, [events[^1].Id], Include);
        (await run.ReadAllAsync()).Skip(2).ShouldAllBe(e => e.Metadata.ForeignId == null && e.Metadata.ForeignCauses.Count == 0);
    }

    [Fact]
    public async Task Pick_ValueThatBothSet_IsAConflictWithBothEvents()
    {
        var (run, branch) = await ForkedAsync();
        var (ours, theirs) = (Set("a", "x", 3, new EventMetadata { Actor = "lead" }), Set("a", "x", 2, new EventMetadata { Actor = "scout" }));
        await run.AppendAsync([ours]);
        await branch.AppendAsync([theirs]);

        var refused = await Should.ThrowAsync<CherryPickRefusedException>(() => run.CherryPickAsync(branch, [theirs.Id]));
        var result = await run.CherryPickAsync(branch, [theirs.Id], Theirs);

        var conflict = refused.Preview.Conflicts.ShouldHaveSingleItem();
        (conflict.Reason, conflict.Base.GetInt32(), conflict.Ours.GetInt32(), conflict.Theirs.GetInt32()).ShouldBe((MergeConflictReason.Set, 1, 3, 2));
        (conflict.OurEvent, conflict.OurActor, conflict.TheirEvent, conflict.TheirActor).ShouldBe((ours.Id, "lead", theirs.Id, "scout"));
        result.Picked.Decisions.ShouldHaveSingleItem();
        (await Data(run, "a")).ShouldBe("""{"x":2}""");
        (await run.ReadAllAsync())[3].Metadata.Causes.ShouldBe([theirs.Id, ours.Id]);
    }

    [Fact]
    public async Task Pick_ChangeOfAChangeThatIsNotPicked_IsAConflict()
    {
        var (run, branch) = await ForkedAsync();
        var (before, after) = (Set("a", "x", 2), Set("a", "x", 3));
        await branch.AppendAsync([before, after]);

        var conflict = (await run.PreviewCherryPickAsync(branch, [after.Id])).Conflicts.ShouldHaveSingleItem();
        await run.CherryPickAsync(branch, [before.Id, after.Id]);

        (conflict.Base.GetInt32(), conflict.Ours.GetInt32(), conflict.Theirs.GetInt32()).ShouldBe((2, 1, 3));
        conflict.OurEvent.ShouldBe((await run.ReadAllAsync())[0].Id);
        (await Data(run, "a")).ShouldBe("""{"x":3}""");
    }

    [Fact]
    public async Task Pick_Again_IsOnce()
    {
        var (run, branch) = await ForkedAsync();
        var (patch, note) = (Set("a", "x", 2), new NewEvent(Note("n")));
        await branch.AppendAsync([patch, note]);
        await run.CherryPickAsync(branch, [patch.Id, note.Id]);

        var again = await run.CherryPickAsync(branch, [patch.Id, note.Id]);
        var below = await (await run.ForkAsync()).CherryPickAsync(branch, [patch.Id]);
        var merged = await run.MergeAsync(branch);

        again.Picked.Events.ShouldAllBe(e => e.Outcome == CarryOutcome.Known);
        (again.EventId, again.Length).ShouldBe((null, new Position(5)));
        below.EventId.ShouldBeNull();
        merged.Merged.Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pick_CauseThatChangedNothing_CountsAsPicked()
    {
        var (run, branch) = await ForkedAsync();
        var same = Set("a", "x", 2);
        var note = new NewEvent(Note("n"), Caused(same));
        var (second, third) = (new NewEvent(Note("second"), Caused(note)), new NewEvent(Note("third"), Caused(same)));
        await branch.AppendAsync([same, note, second, third]);
        await run.AppendAsync([Set("a", "x", 2)]);
        var result = await run.CherryPickAsync(branch, [same.Id, note.Id]);
        await run.AppendAsync([Set("a", "x", 3)]);

        // Neither of the other two needs a decision on a value that was the same when it was picked.
        var again = await run.CherryPickAsync(branch, [same.Id, second.Id, third.Id]);
        var below = await (await run.ForkAsync()).CherryPickAsync(branch, [same.Id, third.Id]);

        result.Picked.Events.Select(e => e.Outcome).ShouldBe([CarryOutcome.Unchanged, CarryOutcome.Written]);
        var picked = (await run.ReadAllAsync()).Select(e => e.Data).OfType<BranchPicked>().First();
        picked.Events.ShouldBe([note.Id]);
        picked.Unchanged.ShouldBe([same.Id]);
        again.Picked.Events.Select(e => e.Outcome).ShouldBe([CarryOutcome.Known, CarryOutcome.Written, CarryOutcome.Written]);
        below.Picked.Events.ShouldAllBe(e => e.Outcome == CarryOutcome.Known);
    }

    [Fact]
    public async Task Pick_RecordsAndOwnEvents_StayAndAreCopied()
    {
        var (run, branch) = await ForkedAsync();
        var call = new NewEvent(new ToolCalled("deploy"));
        var note = new NewEvent(Note("kept"), new EventMetadata { Headers = new Dictionary<string, JsonElement> { ["tenant"] = JsonElement.Parse("7") } });
        await branch.AppendAsync([call, note]);

        var result = await run.CherryPickAsync(branch, [call.Id, note.Id]);

        result.Picked.Events.Select(e => e.Outcome).ShouldBe([CarryOutcome.Record, CarryOutcome.Written]);
        var written = (await run.ReadAllAsync()).Skip(2).ToList();
        written.Select(e => e.Type).ShouldBe(["note.taken", "branch.picked"]);
        Json(written[0]).ShouldBe("""{"text":"kept"}""");
        written[0].Metadata.Headers["tenant"].GetInt32().ShouldBe(7);
        (await run.CherryPickAsync(branch, [call.Id])).EventId.ShouldBeNull();
    }

    [Fact]
    public async Task Pick_ChangeThatTheTargetHasOrThatIsNone_WritesNothing()
    {
        var (run, branch) = await ForkedAsync();
        var (same, none, ghost) = (Set("a", "x", 2), Set("a", "x", 2), Set("ghost", "x", 2));
        await branch.AppendAsync([same, none, ghost]);
        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["x"] = 2.0 })]);

        var result = await run.CherryPickAsync(branch, [same.Id, none.Id, ghost.Id]);

        result.Picked.Events.ShouldAllBe(e => e.Outcome == CarryOutcome.Unchanged && e.Written.Count == 0);
        result.EventId.ShouldBeNull();
    }

    [Fact]
    public async Task Pick_PartOfAChangeThatTheTargetHas_WritesTheRest()
    {
        var (run, branch) = await ForkedAsync();
        var patch = new NewEvent(new ObjectPatched("a", new JsonObject { ["x"] = 2, ["y"] = 2 }));
        await branch.AppendAsync([patch]);
        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["y"] = 3 })]);

        await run.CherryPickAsync(branch, [patch.Id], new CherryPickOptions { Resolver = MergeResolver.Ours });

        Json((await run.ReadAllAsync())[3]).ShouldBe("""{"id":"a","patch":{"x":2}}""");
        (await Data(run, "a")).ShouldBe("""{"x":2,"y":3}""");
    }

    [Fact]
    public async Task Pick_PatchOfAnObjectThatTheTargetLacks_IsAskedAbout()
    {
        var (run, branch) = await ForkedAsync();
        var patch = Set("b", "x", 2);
        await branch.AppendAsync([new ObjectCreated("b", "T", new JsonObject { ["k"] = 1 }), patch]);

        var conflict = (await run.PreviewCherryPickAsync(branch, [patch.Id])).Conflicts.ShouldHaveSingleItem();
        await run.CherryPickAsync(branch, [patch.Id], Theirs);

        (conflict.Reason, conflict.Ours.ValueKind).ShouldBe((MergeConflictReason.Removed, JsonValueKind.Undefined));
        (await Data(run, "b")).ShouldBe("""{"k":1,"x":2}""");
    }

    [Fact]
    public async Task Pick_RelationToAnObjectThatTheTargetLacks_IsALostEnd()
    {
        var (run, branch) = await ForkedAsync();
        var relation = new NewEvent(new RelationCreated("r", "t", "a", "b"));
        await branch.AppendAsync([new ObjectCreated("b", "T", new JsonObject { ["k"] = 1 }), relation]);

        var conflict = (await run.PreviewCherryPickAsync(branch, [relation.Id])).Conflicts.ShouldHaveSingleItem();
        var result = await run.CherryPickAsync(branch, [relation.Id], Theirs);

        (conflict.Reason, conflict.Path).ShouldBe((MergeConflictReason.LostEnd, "/target_id"));
        result.Picked.Events.ShouldHaveSingleItem().Written.Count.ShouldBe(2);
        (await Data(run, "b")).ShouldBe("""{"k":1}""");
        (await run.GetWorldAsync()).DanglingRelations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pick_RemovalOfAnObjectThatTheTargetRelates_IsALostEnd()
    {
        var (run, branch) = await ForkedAsync();
        var removed = new NewEvent(new ObjectRemoved("a"));
        await branch.AppendAsync([removed]);
        await run.AppendAsync([new ObjectCreated("b", "T"), new RelationCreated("r", "t", "a", "b")]);

        var conflict = (await run.PreviewCherryPickAsync(branch, [removed.Id])).Conflicts.ShouldHaveSingleItem();
        await run.CherryPickAsync(branch, [removed.Id], Theirs);

        (conflict.Reason, conflict.Id, conflict.Path).ShouldBe((MergeConflictReason.LostEnd, "r", "/source_id"));
        (await run.FindObjectAsync("a")).ShouldBeNull();
        (await run.FindRelationAsync("r")).ShouldBeNull();
    }

    [Fact]
    public async Task Pick_Blame_NamesTheOriginal()
    {
        var (run, branch) = await ForkedAsync();
        var patch = Set("a", "x", 2, new EventMetadata { Actor = "scout" });
        await branch.AppendAsync([patch]);
        await run.CherryPickAsync(branch, [patch.Id]);

        var origin = (await run.BlameAsync("a", "x")).Entries[^1].Origins.ShouldHaveSingleItem();

        (origin.Id, origin.Metadata.Actor).ShouldBe((patch.Id, "scout"));
        (await run.PreviewMergeAsync(branch)).Base.ShouldBe(new MergeBase(run.StreamName.Value, 2));
    }

    [Fact]
    public async Task Pick_TargetGrowsMeanwhile_StartsAgain()
    {
        var (run, branch) = await ForkedAsync();
        var patch = Set("a", "x", 2);
        await branch.AppendAsync([patch]);
        var asked = 0;
        var racing = new CountingStore(Store, before: number => number == 1 ? run.AppendAsync([Set("a", "x", 3)]) : Task.CompletedTask);
        var target = await new AgentLedger(racing).OpenAsync(run.StreamName);

        var result = await target.CherryPickAsync(
            branch, [patch.Id], new CherryPickOptions { Resolver = MergeResolver.By(_ => ++asked > 0 ? MergeDecision.Theirs : null) });

        (asked, racing.Appends).ShouldBe((1, 2));
        result.Picked.Decisions.ShouldHaveSingleItem().Key.Ours.GetInt32().ShouldBe(3);
        await Should.ThrowAsync<WrongExpectedVersionException>(
            () => run.CherryPickAsync(branch, [patch.Id], new CherryPickOptions { ExpectedLength = new Position(2) }));
    }

    [Fact]
    public async Task Pick_ManyAtOnce_OneIsWritten()
    {
        var (run, branch) = await ForkedAsync();
        var patch = Set("a", "x", 2);
        await branch.AppendAsync([patch]);
        await Store.ArchiveAsync(branch.StreamName);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await (await Runs.OpenAsync(run.StreamName)).CherryPickAsync(branch, [patch.Id])));

        (await run.ReadAllAsync()).Skip(2).Select(e => e.Type).ShouldBe(["object.patched", "branch.picked"]);
    }

    [Fact]
    public async Task Pick_OfAStranger_IsRefused()
    {
        var (run, branch) = await ForkedAsync();
        var (other, _) = await ForkedAsync();
        var own = Set("a", "x", 2);
        await run.AppendAsync([own]);

        await RefusedAsync<ArgumentException>(
            () => run.CherryPickAsync(branch, [own.Id]),
            $"'{own.Id}' is not an event of '{branch.StreamName}'. Choose events of its history. (Parameter 'events')");
        await RefusedAsync<ArgumentException>(
            () => run.CherryPickAsync(run, [own.Id]), $"'{run.StreamName}' cannot be picked into itself. (Parameter 'source')");
        await Should.ThrowAsync<ArgumentException>(() => run.PreviewCherryPickAsync(other, []));
        (await run.CherryPickAsync(branch, [])).EventId.ShouldBeNull();
    }

    private static EventMetadata Caused(NewEvent cause) => new() { Causes = [cause.Id] };

    private static NewEvent Set(string id, string property, int value, EventMetadata? metadata = null) =>
        new(new ObjectPatched(id, new JsonObject { [property] = value }), metadata);

    private static UntypedEvent Note(string text) => new("note.taken", JsonElement.Parse($$"""{"text":"{{text}}"}"""));

    private static string Json(RecordedEvent recorded) => JsonSerializer.Serialize(recorded.ToJsonElement());

    private static async Task<string> Data(Run run, string id) => new JsonObject((await run.FindObjectAsync(id))!.Data
        .OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, JsonNode.Parse(p.Value.GetRawText())))).ToJsonString();

    // A run of two events with an object, and a branch of both.
    private async Task<(Run Run, Run Branch)> ForkedAsync()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new ObjectCreated("a", "T", new JsonObject { ["x"] = 1 }), Labelled("before")]);
        return (run, await run.ForkAsync());
    }
}
