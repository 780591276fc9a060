using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>What a rebase writes to the new branch, and what it leaves out.</summary>
public abstract class RebaseTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Rebase_OwnEvents_AreWrittenAgainAtTheTargetsEnd()
    {
        var (run, branch) = await ForkedAsync();
        var made = new NewEvent(new ObjectCreated("b", "T"), new EventMetadata { Actor = "scout", CallId = "call-1" });
        var patch = Set("b", "x", 2, new EventMetadata { Actor = "critic", Causes = [made.Id] });
        await branch.AppendAsync([made, patch, new NewEvent(Note("why"), new EventMetadata { Causes = [patch.Id] })]);
        await run.AppendAsync([Set("a", "y", 3)]);

        var preview = await branch.PreviewRebaseAsync(run, new RebaseOptions { Id = NewId() });
        var result = await branch.RebaseAsync(run, new RebaseOptions { Name = "again", Metadata = new EventMetadata { Actor = "lead" } });

        var rebased = result.Branch;
        (await Runs.ListBranchesAsync(run.StreamName)).Select(n => (n.Branch.Stream, n.Branch.ForkPosition, n.Branch.Name))
            .ShouldBe([(branch.StreamName, new Position(2), null), (rebased.StreamName, new Position(3), "again")], ignoreOrder: true);
        var events = (await rebased.ReadAllAsync()).Skip(3).ToList();
        events.Select(e => (e.Type, e.Metadata.Actor)).ShouldBe(
            [("branch.created", "lead"), ("object.created", "scout"), ("object.patched", "critic"), ("note.taken", null), ("branch.rebased", "lead")]);
        events[1].Metadata.CallId.ShouldBe("call-1");
        var originals = (await branch.ReadAllAsync()).Skip(3).ToList();
        events[2].Metadata.Causes.ShouldBe([events[1].Id]);
        events[3].Metadata.Causes.ShouldBe([events[2].Id]);
        events.Skip(1).Take(3).Select(e => e.Metadata.OccurredAt).ShouldBe(originals.Select(e => (DateTimeOffset?)e.Timestamp));
        events.Skip(1).Take(3).Select(Json).ShouldBe(originals.Select(Json));
        events[^1].Data.ShouldBe(new BranchRebased(branch.StreamName.Value, 6, new MergeBase(run.StreamName.Value, 2), 0));
        (result.EventId, result.Length).ShouldBe((events[^1].Id, new Position(8)));
        preview.Events.Select(e => e.Outcome).ShouldBe([CarryOutcome.Written, CarryOutcome.Written, CarryOutcome.Written]);
        (await Data(rebased, "a")).ShouldBe("""{"x":1,"y":3}""");
        ((await run.GetLengthAsync()).Value, (await branch.GetLengthAsync()).Value).ShouldBe((3, 6));
    }

    [Fact]
    public async Task Rebase_EventInConflict_IsLeftOutAndListed()
    {
        var (run, branch) = await ForkedAsync();
        var (lost, kept) = (Set("a", "x", 2), Set("a", "y", 2));
        await branch.AppendAsync([lost, kept]);
        var ours = Set("a", "x", 3);
        await run.AppendAsync([ours]);

        var result = await branch.RebaseAsync(run);
        var decided = await branch.RebaseAsync(run, new RebaseOptions { Resolver = MergeResolver.Theirs });

        result.Rebased.Events.Select(e => (e.Original.Id, e.Outcome)).ShouldBe([(lost.Id, CarryOutcome.Conflict), (kept.Id, CarryOutcome.Written)]);
        var conflict = result.Rebased.Conflicts.ShouldHaveSingleItem();
        (conflict.Property, conflict.OurEvent, conflict.TheirEvent).ShouldBe(("x", ours.Id, lost.Id));
        (await Data(result.Branch, "a")).ShouldBe("""{"x":3,"y":2}""");
        decided.Rebased.Decisions.ShouldHaveSingleItem();
        (await Data(decided.Branch, "a")).ShouldBe("""{"x":2,"y":2}""");
    }

    [Fact]
    public async Task Rebase_CausesThatStay_LeadToTheOldBranch()
    {
        var (run, branch) = await ForkedAsync();
        var first = (await run.ReadAllAsync())[0];
        var call = new NewEvent(new ToolCalled("search"), new EventMetadata { Causes = [first.Id] });
        var made = new NewEvent(new ObjectCreated("b", "T"), new EventMetadata { Causes = [call.Id] });
        await branch.AppendAsync([call, made]);
        await run.AppendAsync([Labelled("later")]);

        var rebased = (await branch.RebaseAsync(run)).Branch;

        var written = (await rebased.ReadAllAsync()).Single(e => e.Type == "object.created" && e.Position!.Value.Value > 3);
        (await rebased.ExplainAsync(written.Id)).Events.Select(e => e.Id).ShouldBe([written.Id, call.Id, first.Id]);
        (await rebased.ReadAllAsync()).ShouldAllBe(e => e.Type != "tool.called");
    }

    [Fact]
    public async Task Rebase_ForeignIds_MeanTheSameEvents()
    {
        var (run, branch) = await ForkedAsync();
        await branch.AppendAsync([
            new NewEvent(new ObjectCreated("b", "T"), new EventMetadata { ForeignId = "e-1" }),
            new NewEvent(new ObjectCreated("c", "T"), new EventMetadata { ForeignId = "e-2", ForeignCauses = ["e-1", "nowhere"] })]);

        // On the run the same foreign id is another event by then.
        await run.AppendAsync([new NewEvent(Labelled("other"), new EventMetadata { ForeignId = "e-1" })]);
        var rebased = (await branch.RebaseAsync(run)).Branch;

        var (b, c) = ((await rebased.FindEventAsync("e-1"))!, (await rebased.FindEventAsync("e-2"))!);
        (b.Stream, b.Type, c.Stream).ShouldBe((rebased.StreamName, "object.created", rebased.StreamName));
        c.Metadata.Causes.ShouldBe([b.Id]);
        c.Metadata.ForeignCauses.ShouldBe(["nowhere"]);
    }

    [Fact]
    public async Task Rebase_ForeignIdOfTwoBranches_StaysWithTheNearest()
    {
        var (run, branch) = await ForkedAsync();
        await branch.AppendAsync([Foreign("e-1", Note("first"))]);
        var nested = await branch.ForkAsync();
        await nested.AppendAsync([Foreign("e-1", Note("second")), Foreign("e-2", Note("third"), causes: ["e-1"])]);
        var other = await run.ForkAsync();
        await other.AppendAsync([Foreign("e-1", Note("stranger"))]);

        var rebased = (await nested.RebaseAsync(run)).Branch;

        var written = (await rebased.ReadAllAsync()).Where(e => e.Type == "note.taken").ToList();
        written.Select(e => (Json(e), e.Metadata.ForeignId)).ShouldBe(
            [("""{"text":"first"}""", null), ("""{"text":"second"}""", "e-1"), ("""{"text":"third"}""", "e-2")]);
        written[2].Metadata.Causes.ShouldBe([written[1].Id]);
        (await rebased.FindEventAsync("e-1"))!.Id.ShouldBe(written[1].Id);

        // Each of the three is known by its own copy, and an event of another branch with the same foreign id is none of them.
        (await rebased.CherryPickAsync(nested, await NotesOf(nested))).Picked.Events.ShouldAllBe(e => e.Outcome == CarryOutcome.Known);
        (await rebased.CherryPickAsync(other, await NotesOf(other))).Picked.Events.ShouldHaveSingleItem().Outcome.ShouldBe(CarryOutcome.Written);
    }

    [Fact]
    public async Task Rebase_EventsThatTheTargetPicked_AreKnown()
    {
        var (run, branch) = await ForkedAsync();
        var (note, made, set) = (new NewEvent(Note("n")), new NewEvent(new ObjectCreated("o", "T")), Set("a", "x", 2));
        var last = new NewEvent(Note("last"), new EventMetadata { Causes = [note.Id] });
        await branch.AppendAsync([note, made, set, last]);
        await run.CherryPickAsync(branch, [note.Id, made.Id, set.Id]);
        await run.AppendAsync([new ObjectRemoved("o"), Set("a", "x", 3)]);
        var copy = (await run.ReadAllAsync()).Single(e => e.Type == "note.taken");

        var result = await branch.RebaseAsync(run);

        result.Rebased.Events.Select(e => e.Outcome).ShouldBe([CarryOutcome.Known, CarryOutcome.Known, CarryOutcome.Known, CarryOutcome.Written]);
        var events = await result.Branch.ReadAllAsync();
        events.Where(e => e.Type == "note.taken").Select(Json).ShouldBe(["""{"text":"n"}""", """{"text":"last"}"""]);
        events[^2].Metadata.Causes.ShouldBe([copy.Id]);
        (await Data(result.Branch, "a")).ShouldBe("""{"x":3}""");
        (await result.Branch.FindObjectAsync("o")).ShouldBeNull();
    }

    [Fact]
    public async Task Rebase_OntoWhatItWasRebasedTo_WritesOnlyWhatIsNew()
    {
        var (run, branch) = await ForkedAsync();
        var (note, same) = (new NewEvent(Note("n")), Set("a", "x", 2));
        await branch.AppendAsync([note, Foreign("e-1", Note("foreign")), same]);
        await run.AppendAsync([Set("a", "x", 2)]);
        var rebased = (await branch.RebaseAsync(run)).Branch;
        await rebased.AppendAsync([Set("a", "x", 3)]);
        await branch.AppendAsync([new NewEvent(Note("later"), new EventMetadata { Causes = [same.Id] })]);

        var again = await branch.RebaseAsync(rebased);

        again.Rebased.Events.Select(e => e.Outcome).ShouldBe([CarryOutcome.Known, CarryOutcome.Known, CarryOutcome.Known, CarryOutcome.Written]);
        ((BranchRebased)(await rebased.ReadAllAsync()).First(e => e.Type == "branch.rebased").Data).Unchanged.ShouldBe([same.Id]);

        // The copies of copies are known too, where the branch of the first ones is not part of the history.
        var other = await run.ForkAsync();
        await other.AppendAsync([Labelled("other")]);
        var twice = (await rebased.RebaseAsync(other)).Branch;
        (await twice.CherryPickAsync(branch, (await NotesOf(branch))[..2])).Picked.Events.ShouldAllBe(e => e.Outcome == CarryOutcome.Known);
    }

    [Fact]
    public async Task Rebase_OfABranchThatHadMergedTheTarget_WritesOnlyItsOwn()
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([Set("a", "y", 3), new ObjectCreated("c", "T")]);
        await branch.MergeAsync(run);
        await branch.AppendAsync([new ObjectCreated("b", "T")]);

        var result = await branch.RebaseAsync(run);

        result.Rebased.Events.Where(e => e.Outcome == CarryOutcome.Written).Select(e => e.Written.ShouldHaveSingleItem()).Count().ShouldBe(1);
        (await result.Branch.DiffAsync(branch)).HasChanges.ShouldBeFalse();
    }

    [Fact]
    public async Task Rebase_NestedBranchOntoTheRun_TakesWhatTheRunLacks()
    {
        var (run, branch) = await ForkedAsync();
        await branch.AppendAsync([new ObjectCreated("b", "T")]);
        var nested = await branch.ForkAsync();
        await branch.AppendAsync([new ObjectCreated("later", "T")]);
        await nested.AppendAsync([new ObjectCreated("c", "T")]);
        await Store.ArchiveAsync(nested.StreamName);

        var result = await nested.RebaseAsync(run);
        var part = await nested.RebaseAsync(run, new RebaseOptions { At = new Position(4) });

        (await result.Branch.GetWorldAsync()).Objects.Select(o => o.Id).ShouldBe(["a", "b", "c"]);
        (await part.Branch.GetWorldAsync()).Objects.Select(o => o.Id).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task DeepLineage_LeafOntoRoot_TakesEveryLevel()
    {
        var (run, leaf) = await ForkedAsync();
        var depth = Scale.Of(40, 1_000);
        var first = Set("a", "k0", 0);
        await leaf.AppendAsync([first]);
        for (var i = 1; i < depth; i++)
        {
            leaf = await leaf.ForkAsync();
            await leaf.AppendAsync([Set("a", $"k{i}", i)]);
        }

        await run.AppendAsync([Set("a", "y", 2)]);

        var rebased = (await leaf.RebaseAsync(run)).Branch;
        await run.CherryPickAsync(leaf, [first.Id]);

        (await rebased.FindObjectAsync("a"))!.Data.Count.ShouldBe(depth + 2);
        rebased.History.Lineage.Count.ShouldBe(1);
        (await run.FindObjectAsync("a"))!.Data.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Rebase_ThenMerged_IsAFastForward()
    {
        var (run, branch) = await ForkedAsync();
        await branch.AppendAsync([Set("a", "x", 2)]);
        await run.AppendAsync([Set("a", "y", 3)]);
        var rebased = (await branch.RebaseAsync(run)).Branch;

        var merged = await run.MergeAsync(rebased);

        merged.Merged.Base.ShouldBe(new MergeBase(run.StreamName.Value, 3));
        (await run.DiffAsync(rebased)).HasChanges.ShouldBeFalse();
        (await run.PreviewMergeAsync(branch)).Conflicts.ShouldBeEmpty();
    }

    [Fact]
    public async Task FindJoins_OfAFamily_NamesWhatTookOverFromWhat()
    {
        var (run, branch) = await ForkedAsync();
        var patch = Set("a", "x", 2);
        await branch.AppendAsync([patch, new ObjectCreated("b", "T")]);
        await run.CherryPickAsync(branch, [patch.Id]);
        await run.MergeAsync(branch);
        var rebased = (await branch.RebaseAsync(run)).Branch;

        var joins = await Runs.FindJoinsAsync([run.StreamName, branch.StreamName, rebased.StreamName]);

        joins.Select(j => (j.Target, j.At.Value, j.Source, j.SourceLength.Value, j.EventType)).ShouldBe(
        [
            (run.StreamName, 3, branch.StreamName, 4, "branch.picked"),
            (run.StreamName, 5, branch.StreamName, 5, "branch.merged"),
            (rebased.StreamName, 7, branch.StreamName, 5, "branch.rebased"),
        ]);
        joins[0].EventId.ShouldBe((await run.ReadAllAsync())[3].Id);
    }

    [Fact]
    public async Task Squash_Difference_IsOneSetOfEvents()
    {
        var (run, branch) = await ForkedAsync();
        var last = new NewEvent(new ObjectPatched("a", new JsonObject { ["x"] = 3, ["y"] = 1 }));
        await branch.AppendAsync([Set("a", "x", 2), new ObjectCreated("b", "T"), new ObjectRemoved("b"), last]);
        await run.AppendAsync([Set("a", "z", 9)]);

        var result = await branch.RebaseAsync(run, new RebaseOptions { Mode = RebaseMode.Squash, Metadata = new EventMetadata { Actor = "lead" } });

        var events = (await result.Branch.ReadAllAsync()).Skip(4).ToList();
        events.Select(e => (e.Type, e.Metadata.Actor)).ShouldBe([("object.patched", "lead"), ("branch.rebased", "lead")]);
        events[0].Metadata.Causes.ShouldBe([last.Id]);
        events[^1].Data.ShouldBe(new BranchRebased(branch.StreamName.Value, 7, new MergeBase(run.StreamName.Value, 2), 0));
        (await Data(result.Branch, "a")).ShouldBe("""{"x":3,"y":1,"z":9}""");
        (await result.Branch.BlameAsync("a", "x")).Entries[^1].Origins.ShouldHaveSingleItem().Id.ShouldBe(last.Id);
    }

    [Fact]
    public async Task Squash_ValuesInConflict_AreLeftOut()
    {
        var (run, _) = await ForkedAsync();
        await run.AppendAsync([new ObjectCreated("end", "T")]);
        var other = await run.ForkAsync();
        await run.AppendAsync([Set("a", "x", 2), new ObjectRemoved("end")]);
        await other.AppendAsync([Set("a", "x", 3), Set("a", "y", 3), new RelationCreated("r", "t", "a", "end")]);

        var result = await other.RebaseAsync(run, new RebaseOptions { Mode = RebaseMode.Squash });

        result.Rebased.Conflicts.Select(c => (c.Reason, c.Id)).ShouldBe([(MergeConflictReason.Set, "a"), (MergeConflictReason.LostEnd, "r")]);
        (await Data(result.Branch, "a")).ShouldBe("""{"x":2,"y":3}""");
        (await result.Branch.GetWorldAsync()).Relations.ShouldBeEmpty();
        ((BranchRebased)(await result.Branch.ReadAllAsync())[^1].Data).LeftOut.ShouldBe(2);
    }

    [Fact]
    public async Task Rebase_EventsThatAreRefused_LeaveNoBranch()
    {
        var (run, branch) = await ForkedAsync();
        await branch.AppendAsync([Set("a", "x", 2)]);
        var options = new RebaseOptions { Id = NewId(), Metadata = new EventMetadata { Actor = "lead" } };
        var stream = StreamName.Branch(options.Id);
        await run.AppendAsync([new NewEvent(Labelled("in the way")) { Id = EventIds.OfMerge(stream, 0) }]);

        var refused = await Should.ThrowAsync<EventIdInUseException>(() => branch.RebaseAsync(run, options));

        refused.Message.ShouldContain(stream.Value);
        (await Runs.FindAsync(stream)).ShouldBeNull();
        (await Store.GetStreamAsync(stream)).ShouldBeNull();
        (await Runs.ListBranchesAsync(run.StreamName)).Select(n => n.Branch.Stream).ShouldBe([branch.StreamName]);
        (await branch.RebaseAsync(run, options with { Id = NewId() })).Length.ShouldBe(new Position(6));
    }

    [Fact]
    public async Task Fork_WithEvents_HasThemAll()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new ObjectCreated("a", "T"), Labelled("b")]);
        var fork = new BranchFork(run.StreamName, NewId()) { At = new Position(1), Name = "again", Metadata = new EventMetadata { Actor = "me" } };
        var made = new NewEvent(new ObjectCreated("c", "T"));

        var branch = await Store.ForkAsync(fork, [made, new NewEvent(Labelled("d"))]);
        var empty = await Store.ForkAsync(new BranchFork(branch.Stream, NewId()), []);

        var stored = (await Store.GetBranchAsync(fork.Branch))!;
        (stored.ForkPosition, stored.Name, stored.CreatedAt).ShouldBe((new Position(1), "again", branch.CreatedAt));
        (branch.Lineage.ShouldHaveSingleItem().Taken, empty.ForkPosition).ShouldBe((1, new Position(4)));
        var events = await Store.ReadHistoryAsync(branch.History).ToListAsync();
        events.Select(e => (e.Type, e.Position?.Value)).ShouldBe([("object.created", 0), ("branch.created", 1), ("object.created", 2), ("kit.loaded", 3)]);
        (events[1].Timestamp, events[1].Metadata.Actor, events[2].Id).ShouldBe((branch.CreatedAt, "me", made.Id));
        (await (await Runs.OpenAsync(branch.Stream)).GetWorldAsync()).Objects.Select(o => o.Id).ShouldBe(["a", "c"]);
        await Should.ThrowAsync<BranchExistsException>(() => Store.ForkAsync(fork, [new NewEvent(Labelled("e"))]));
        await Should.ThrowAsync<ForkPositionException>(() => Store.ForkAsync(new BranchFork(run.StreamName, NewId()) { At = new Position(9) }, []));
        await Should.ThrowAsync<StreamNotFoundException>(() => Store.ForkAsync(new BranchFork(StreamName.Run(NewId()), NewId()), [new NewEvent(Labelled("e"))]));
    }

    [Fact]
    public async Task Rebase_IdThatIsTaken_IsRefused()
    {
        var (run, branch) = await ForkedAsync();

        await Should.ThrowAsync<BranchExistsException>(() => branch.RebaseAsync(run, new RebaseOptions { Id = branch.Id }));
        await RefusedAsync<ArgumentException>(() => run.RebaseAsync(run), $"'{run.StreamName}' cannot be rebased onto itself. (Parameter 'onto')");
        await Should.ThrowAsync<PositionOutOfRangeException>(() => branch.PreviewRebaseAsync(run, new RebaseOptions { At = new Position(9) }));
    }

    private static NewEvent Set(string id, string property, int value, EventMetadata? metadata = null) =>
        new(new ObjectPatched(id, new JsonObject { [property] = value }), metadata);

    private static NewEvent Foreign(string id, object data, params string[] causes) =>
        new(data, new EventMetadata { ForeignId = id, ForeignCauses = causes });

    private static async Task<List<Guid>> NotesOf(Run run) => [.. (await run.ReadAllAsync()).Where(e => e.Type == "note.taken").Select(e => e.Id)];

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
