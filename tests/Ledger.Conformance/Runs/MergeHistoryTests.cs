using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>With which common state a merge compares, after earlier merges and forks.</summary>
public abstract class MergeHistoryTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task MergeAgain_SameState_WritesNothing()
    {
        var (run, branch) = await ForkedAsync();
        await SetAsync(branch, "x", 2);

        await run.MergeAsync(branch);
        var again = await run.MergeAsync(branch);

        again.EventId.ShouldBeNull();
        again.Merged.IsUpToDate.ShouldBeTrue();
        (await branch.MergeAsync(run)).Merged.IsUpToDate.ShouldBeTrue();
    }

    [Fact]
    public async Task MergeAgain_BothWentOn_StartsFromTheMerge()
    {
        var (run, branch) = await ForkedAsync();
        await SetAsync(branch, "x", 2);
        await run.MergeAsync(branch);
        await SetAsync(run, "x", 3);
        await SetAsync(branch, "y", 1);

        var preview = await run.PreviewMergeAsync(branch);
        var result = await run.MergeAsync(branch);

        // Since the merge only ours changed x, so it is no conflict.
        preview.Conflicts.ShouldBeEmpty();
        preview.Base.ShouldBe(new MergeBase(branch.StreamName.Value, 3));
        result.Merged.Changes.ShouldHaveSingleItem();
        (await ValuesAsync(run)).ShouldBe("x=3 y=1");
    }

    [Fact]
    public async Task MergeAgain_ManyTimes_EachMergeIsFound()
    {
        var (run, branch) = await ForkedAsync();
        for (var i = 2; i < 10; i++)
        {
            await SetAsync(branch, "x", i);
            await run.MergeAsync(branch);
            (await run.MergeAsync(branch)).EventId.ShouldBeNull();
        }

        (await run.ReadAllAsync()).Count(e => e.Type == "branch.merged").ShouldBe(8);
        (await ValuesAsync(run)).ShouldBe("x=9");
    }

    [Fact]
    public async Task MergeBack_AfterADecision_TakesItOver()
    {
        var (run, branch) = await ForkedAsync();
        await SetAsync(run, "x", 2);
        await SetAsync(branch, "x", 3);
        await run.MergeAsync(branch, new MergeOptions { Resolver = MergeResolver.Ours });

        // Ours has seen theirs and stayed with 2: for the branch that is a change.
        var result = await branch.MergeAsync(run);

        result.Merged.Decisions.ShouldBeEmpty();
        (await ValuesAsync(branch)).ShouldBe("x=2");
        (await run.MergeAsync(branch)).Merged.Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task MergeAgain_ValueThatAnEarlierMergeLeft_IsNamedByThatMerge()
    {
        var (run, branch) = await ForkedAsync();
        await SetAsync(run, "x", 2);
        await SetAsync(branch, "x", 3);
        var kept = await run.MergeAsync(branch, new MergeOptions { Resolver = MergeResolver.Ours });
        await SetAsync(branch, "x", 4);

        var conflict = (await run.PreviewMergeAsync(branch)).Conflicts.ShouldHaveSingleItem();

        (conflict.Base.GetInt32(), conflict.Ours.GetInt32(), conflict.Theirs.GetInt32()).ShouldBe((3, 2, 4));
        conflict.OurEvent.ShouldNotBeNull();
        kept.EventId.ShouldNotBeNull();
    }

    [Fact]
    public async Task MergeAgain_RemovalOfWhatAMergeHadLeftOut_IsNotTheCause()
    {
        var (run, a) = await ForkedAsync();
        var b = await run.ForkAsync();
        await a.AppendAsync([new ObjectRemoved("a")]);
        await SetAsync(b, "x", 2);
        var (ours, atB) = (new MergeOptions { Resolver = MergeResolver.Ours }, await b.GetLengthAsync());
        await b.MergeAsync(a, ours);
        await a.MergeAsync(b, ours with { At = atB });
        await SetAsync(b, "x", 3);
        var decided = await a.MergeAsync(b, ours);

        // Both change nothing: the object is gone since before the common state.
        await a.AppendAsync([new ObjectRemoved("a")]);
        await SetAsync(a, "x", 4);

        var change = (await b.PreviewMergeAsync(a)).Changes.ShouldHaveSingleItem();
        change.Event.ShouldBe(new ObjectRemoved("a"));
        change.Causes.ShouldBe([decided.EventId!.Value]);
    }

    [Fact]
    public async Task CrissCross_BothMergedEachOther_TheNewestIsTheBaseAndDifferencesAreAsked()
    {
        var (run, branch) = await ForkedAsync();
        await SetAsync(run, "x", 2);
        await SetAsync(branch, "y", 2);
        var (runLength, branchLength) = (await run.GetLengthAsync(), await branch.GetLengthAsync());
        await run.MergeAsync(branch, new MergeOptions { At = branchLength });
        await branch.MergeAsync(run, new MergeOptions { At = runLength });
        (await run.PreviewMergeAsync(branch)).Changes.ShouldBeEmpty();
        await SetAsync(run, "x", 1);
        await SetAsync(branch, "z", 5);

        var preview = await run.PreviewMergeAsync(branch);

        // The last event of the branch's state is newer than that of the run's. There x is 1, as ours is again; but in the run's it was 2.
        preview.Base.ShouldBe(new MergeBase(branch.StreamName.Value, branchLength.Value));
        var conflict = preview.Conflicts.ShouldHaveSingleItem();
        (conflict.Property, conflict.Ours.GetInt32(), conflict.Theirs.GetInt32()).ShouldBe(("x", 1, 2));
        await run.MergeAsync(branch, new MergeOptions { Resolver = MergeResolver.Ours });
        await branch.MergeAsync(run);
        (await ValuesAsync(run)).ShouldBe("x=1 y=2 z=5");
        (await ValuesAsync(branch)).ShouldBe("x=1 y=2 z=5");
    }

    [Fact]
    public async Task ThirdBranch_MergedByBoth_IsTheBaseOfWhatItChanged()
    {
        var (run, left) = await ForkedAsync();
        var (right, third) = (await run.ForkAsync(), await run.ForkAsync());
        await SetAsync(third, "x", 2);
        await left.MergeAsync(third);
        await right.MergeAsync(third);
        await SetAsync(left, "x", 3);

        var preview = await left.PreviewMergeAsync(right);

        preview.Conflicts.ShouldBeEmpty();
        preview.Base.Stream.ShouldBe(third.StreamName.Value);
        await right.MergeAsync(left);
        (await ValuesAsync(right)).ShouldBe("x=3");
    }

    [Fact]
    public async Task ForkOfATarget_AfterTheMerge_KnowsIt()
    {
        var (run, branch) = await ForkedAsync();
        await SetAsync(branch, "x", 2);
        await run.MergeAsync(branch);
        var merged = await run.GetLengthAsync();
        var (after, inside) = (await run.ForkAsync(), await run.ForkAsync(new Position(merged.Value - 1)));

        (await after.MergeAsync(branch)).EventId.ShouldBeNull();
        var rest = await inside.MergeAsync(branch);

        rest.EventId.ShouldNotBeNull();
        rest.Merged.Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task NestedForks_CousinsBelowAndAbove_MeetAtTheNearestFork()
    {
        var (run, branch) = await ForkedAsync();
        await SetAsync(branch, "y", 1);
        var child = await branch.ForkAsync();
        await SetAsync(child, "z", 1);
        var cousin = await run.ForkAsync(new Position(0));
        await cousin.AppendAsync([new ObjectCreated("b", "T")]);

        var up = await run.MergeAsync(child);
        await branch.MergeAsync(child);
        var fromNothing = await cousin.PreviewMergeAsync(child);

        up.Merged.Base.ShouldBe(new MergeBase(run.StreamName.Value, 1));
        (await ValuesAsync(run)).ShouldBe("x=1 y=1 z=1");
        (await ValuesAsync(branch)).ShouldBe("x=1 y=1 z=1");
        fromNothing.Base.At.ShouldBe(0);
        fromNothing.Changes.ShouldHaveSingleItem().Id.ShouldBe("a");
        (await run.MergeAsync(branch)).Merged.Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task DeepLineage_LeafIntoRoot_TakesEveryLevel()
    {
        var (run, leaf) = await ForkedAsync();
        var depth = Scale.Of(40, 999);
        for (var i = 0; i < depth; i++)
        {
            await SetAsync(leaf, $"k{i}", i);
            leaf = await leaf.ForkAsync();
        }

        await SetAsync(leaf, "x", 2);
        await SetAsync(run, "y", 2);

        await run.MergeAsync(leaf);
        await SetAsync(leaf, "x", 3);
        await run.MergeAsync(leaf);

        var merged = (await run.FindObjectAsync("a"))!.Data;
        merged.Count.ShouldBe(depth + 2);
        merged["x"].GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task EventNamedLikeAMerge_OfTheApplication_IsAnOrdinaryEvent()
    {
        var (run, branch) = await ForkedAsync();
        await SetAsync(branch, "x", 2);
        await run.AppendAsync([new BranchMerged(branch.StreamName.Value, 3, new MergeBase(run.StreamName.Value, 1), 0)]);

        (await run.MergeAsync(branch)).Merged.Changes.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"source": 7, "at": 2}""")]
    [InlineData("""{"source": "", "at": 2, "base": {"stream": "s", "at": 1}, "resolved": 0}""")]
    [InlineData("""{"source": "run:s", "at": -2, "base": {"stream": "s", "at": 1}, "resolved": 0}""")]
    public async Task MergeAgain_DataOfAnEarlierMergeThatCannotBeRead_CountsAsAMergeOfNothing(string data)
    {
        var (run, branch) = await ForkedAsync();
        await SetAsync(branch, "x", 2);
        await run.AppendAsync([new NewEvent(new UntypedEvent("branch.merged", JsonElement.Parse(data))) { Id = EventIds.OfMerge(run.StreamName, 0) }]);

        var merged = await run.MergeAsync(branch);
        await SetAsync(branch, "x", 3);
        await run.MergeAsync(branch);

        merged.EventId.ShouldBe(EventIds.OfMerge(run.StreamName, 1));
        (await run.MergeAsync(branch)).EventId.ShouldBeNull();
        (await ValuesAsync(run)).ShouldBe("x=3");
    }

    [Fact]
    public async Task Effects_OfWhatTheSourceHadMerged_CountUnlessTheTargetHasThem()
    {
        var (run, branch) = await ForkedAsync();
        var other = await run.ForkAsync();
        await SetAsync(other, "x", 2);
        await other.AppendAsync([new ToolCalled("search"), new LlmResponse("yes", "m", 0.25m)]);
        await branch.AppendAsync([new ToolCalled("deploy")]);
        await branch.MergeAsync(other);

        var effects = (await run.PreviewMergeAsync(branch)).Effects;
        await run.MergeAsync(other);
        await SetAsync(branch, "y", 2);
        var rest = (await run.PreviewMergeAsync(branch)).Effects;

        effects.Tools.Select(t => (t.Key, t.Value)).ShouldBe([("deploy", 1), ("search", 1)]);
        effects.Calls.CostUsd.ShouldBe(0.25m);
        rest.Tools.Select(t => (t.Key, t.Value)).ShouldBe([("deploy", 1)]);
        rest.Calls.CostUsd.ShouldBe(0);
    }

    [Fact]
    public async Task Blame_OfAPropertyThatAMergeMade_NamesTheEventsThatSetIt()
    {
        var (run, branch) = await ForkedAsync();
        NewEvent Set(string property, int value) => new(new ObjectPatched("b", new JsonObject { [property] = value }));
        var (made, p, q) = (new NewEvent(new ObjectCreated("b", "T", new JsonObject { ["p"] = 1, ["r"] = 1 })), Set("p", 2), Set("q", 3));
        await branch.AppendAsync([made, p, q]);
        await run.MergeAsync(branch);

        async Task<IEnumerable<Guid>> OriginsAsync(string? property) => (await run.BlameAsync("b", property)).Entries[0].Origins.Select(o => o.Id);

        (await OriginsAsync("p")).ShouldBe([p.Id, made.Id]);
        (await OriginsAsync("q")).ShouldBe([q.Id]);
        (await OriginsAsync("r")).ShouldBe([made.Id]);
        (await OriginsAsync(null)).ShouldBe([q.Id, p.Id, made.Id]);
    }

    [Fact]
    public async Task Trace_OfALongChainAfterTheMerge_ReachesTheBranch()
    {
        var (run, branch) = await ForkedAsync();
        var first = await run.ReadAllAsync();
        var thought = new NewEvent(Labelled("thought"), new EventMetadata { Causes = [first[0].Id] });
        await branch.AppendAsync([thought, new NewEvent(new ObjectPatched("a", new JsonObject { ["x"] = 2 }), new EventMetadata { Causes = [thought.Id] })]);
        await run.MergeAsync(branch);
        var chain = new List<NewEvent>();
        var cause = (await run.ReadAllAsync())[1].Id;
        for (var i = 0; i < 30; i++)
        {
            chain.Add(new NewEvent(Labelled($"{i}"), new EventMetadata { Causes = [cause] }));
            cause = chain[^1].Id;
        }

        await run.AppendAsync(chain);

        var trace = await run.ExplainAsync(cause);

        // The chain, the merge's event, the two of the branch, and the first.
        trace.Entries.Count.ShouldBe(34);
        trace.Entries.ShouldAllBe(e => !e.IsMissing);
        trace.Entries[^1].Event!.Position.ShouldBe(Position.Start);
    }

    [Fact]
    public async Task BlameAndTrace_OfAMergedValue_ReachTheBranch()
    {
        var (run, branch) = await ForkedAsync();
        var answer = new NewEvent(new LlmResponse("2"), new EventMetadata { Actor = "model" });
        var set = new NewEvent(
            new ObjectPatched("a", new JsonObject { ["x"] = 2 }), new EventMetadata { Actor = "scout", Causes = [answer.Id], ForeignCauses = ["early"] });
        await branch.AppendAsync([new NewEvent(Labelled("early"), new EventMetadata { ForeignId = "early" }), answer, set]);
        await run.MergeAsync(branch);
        var child = await run.ForkAsync();

        foreach (var target in new[] { run, child })
        {
            var blame = (await target.BlameAsync("a", "x")).Entries;
            blame.Select(e => e.Origins.Select(o => o.Id)).ShouldBe([[], [set.Id]]);
            blame[1].Origins[0].Stream.ShouldBe(branch.StreamName);
            var trace = await target.ExplainAsync(blame[1].Event.Id);
            trace.Entries.Select(e => e.Id).ShouldBe([blame[1].Event.Id.ToString(), set.Id.ToString(), answer.Id.ToString(), "early"]);
            trace.Entries.Select(e => e.Event?.Position).ShouldBe([blame[1].Event.Position, null, null, null]);
            (await target.ExplainAsync(set.Id)).Events.Count().ShouldBe(3);
            var effects = await target.TraceEffectsAsync(answer.Id);
            effects.Events.Select(e => e.Type).ShouldBe(["llm.response", "object.patched", "object.patched", "branch.merged"]);
        }

        (await branch.ExplainAsync((await run.BlameAsync("a", "x")).Entries[1].Event.Id)).Entries.ShouldHaveSingleItem().IsMissing.ShouldBeTrue();
    }

    [Fact]
    public async Task Trace_OfALongChainOnTheBranch_ReachesItsBeginning()
    {
        var (run, branch) = await ForkedAsync();
        var first = await run.ReadAllAsync();
        var chain = new List<NewEvent>();
        for (var i = 0; i < 30; i++)
        {
            chain.Add(new NewEvent(Labelled($"{i}"), new EventMetadata { Causes = [chain.Count == 0 ? first[0].Id : chain[^1].Id] }));
        }

        chain.Add(new NewEvent(new ObjectPatched("a", new JsonObject { ["x"] = 2 }), new EventMetadata { Causes = [chain[^1].Id] }));
        await branch.AppendAsync(chain);
        await run.MergeAsync(branch);

        var trace = await run.ExplainAsync((await run.ReadAllAsync())[1].Id);

        trace.Entries.Count.ShouldBe(33);
        trace.Entries.ShouldAllBe(e => !e.IsMissing);
        trace.Entries[^1].Event!.Position.ShouldBe(Position.Start);
    }

    private static Task<Position> SetAsync(Run run, string property, int value) =>
        run.AppendAsync([new ObjectPatched("a", new JsonObject { [property] = value })]);

    private static async Task<string> ValuesAsync(Run run) => string.Join(
        ' ', (await run.FindObjectAsync("a"))!.Data.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));

    // A run with one object, and a branch of it.
    private async Task<(Run Run, Run Branch)> ForkedAsync()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new ObjectCreated("a", "T", new JsonObject { ["x"] = 1 })]);
        return (run, await run.ForkAsync());
    }
}
