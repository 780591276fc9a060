using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Log;

/// <summary>A fork shares the first events of its parent and goes on alone.</summary>
public abstract class ForkTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Fork_AtPosition_SharesThePrefix(int at)
    {
        var parent = await RunOfAsync(5);

        var branch = await parent.ForkAsync(new Position(at));
        var length = await branch.AppendAsync([Labelled("x"), Labelled("y")]);

        length.ShouldBe(new Position(at + 3));
        (await branch.GetLengthAsync()).ShouldBe(length);
        var events = await branch.ReadAllAsync();
        Labels(events).ShouldBe([.. Range(1, at), "fork", "x", "y"]);
        events.Select(e => e.Position).ShouldBe(Enumerable.Range(0, at + 3).Select(p => (Position?)new Position(p)));
        events.Take(at).ShouldAllBe(e => e.Stream == parent.StreamName);
        events.Skip(at).ShouldAllBe(e => e.Stream == branch.StreamName);
    }

    [Fact]
    public async Task Fork_WithoutPosition_SharesAll()
    {
        var parent = await RunOfAsync(3);

        var branch = await parent.ForkAsync();
        var second = await Runs.ForkAsync(branch.StreamName, new ForkOptions { Name = "again" });

        Labels(await branch.ReadAllAsync()).ShouldBe(["1", "2", "3", "fork"]);
        Labels(await second.ReadAllAsync()).ShouldBe(["1", "2", "3", "fork", "fork"]);
        var created = (await ReadAsync(second.StreamName)).Single().Data.ShouldBeOfType<BranchCreated>();
        (created.ForkPosition, created.Name, created.Root).ShouldBe((4, "again", parent.StreamName.Value));
        created.Lineage.ShouldBe(second.History.Lineage);
        (await Store.GetBranchAsync(second.StreamName)).ShouldNotBeNull().Lineage.ShouldBe(second.History.Lineage);
    }

    [Fact]
    public async Task Fork_StreamWithoutEvents_SharesNothing()
    {
        var parent = await Runs.StartRunAsync(NewId());

        var branch = await parent.ForkAsync();

        branch.History.Lineage.ShouldBeEmpty();
        Labels(await branch.ReadAllAsync()).ShouldBe(["fork"]);
    }

    [Fact]
    public async Task FindHistories_SomeUnknown_FindsTheOthersInOrder()
    {
        var run = await RunOfAsync(2);
        var branch = await run.ForkAsync(new Position(1));

        var found = await Store.FindHistoriesAsync([branch.StreamName, NewStream(), run.StreamName, branch.StreamName]);

        found.Select(history => history.Stream).ShouldBe([branch.StreamName, run.StreamName]);
        found[0].Lineage.ShouldBe(branch.History.Lineage);
        found[0].Root.ShouldBe(run.StreamName);
        (await Runs.FindAllAsync([NewStream()])).ShouldBeEmpty();
    }

    [Fact]
    public async Task Fork_WritesOneEvent()
    {
        var parent = await RunOfAsync(5);
        var metadata = new EventMetadata { Actor = "agent-1", Causes = [(await parent.ReadAllAsync())[2].Id] };
        var id = NewId();

        var branch = await parent.ForkAsync(new Position(3), new ForkOptions { Id = id, Name = "what if", Metadata = metadata });

        branch.StreamName.ShouldBe(StreamName.Branch(id));
        var own = (await ReadAsync(branch.StreamName)).Single();
        var created = own.Data.ShouldBeOfType<BranchCreated>();
        (created.BranchId, created.ParentRunId, created.ForkPosition, created.Parent, created.Root, created.Name).ShouldBe(
            (id, parent.Id, 3, parent.StreamName.Value, parent.StreamName.Value, "what if"));
        created.Lineage.ShouldBe([new LineageSegment(parent.StreamName.Value, 3)]);
        (own.Metadata.Actor, own.CausationId, own.CorrelationId).ShouldBe(("agent-1", $"{metadata.Causes[0]}", parent.StreamName.Value));
        (await branch.ReadAllAsync())[3].Id.ShouldBe(own.Id);
        (await VersionAsync(parent.StreamName)).ShouldBe(new StreamVersion(5));
    }

    [Fact]
    public async Task Fork_AnyPosition_IsNotBeforeItsPrefix()
    {
        var branch = await RunOfAsync(4);
        for (var n = 0; n < 5; n++)
        {
            branch = await branch.ForkAsync(await branch.GetLengthAsync());
        }

        (await branch.ReadAllAsync()).Select(e => e.Timestamp).ShouldBeInOrder(SortDirection.Ascending);
    }

    [Fact]
    public async Task Fork_ParentGoesOn_BranchStays()
    {
        var parent = await RunOfAsync(3);
        var branch = await parent.ForkAsync(new Position(3));

        await parent.AppendAsync(Events(4, first: 4));

        Labels(await branch.ReadAllAsync()).ShouldBe(["1", "2", "3", "fork"]);
        Labels(await parent.ReadAllAsync()).ShouldBe(Range(1, 7));
    }

    [Fact]
    public async Task Fork_BranchGoesOn_ParentStays()
    {
        var parent = await RunOfAsync(3);
        var branch = await parent.ForkAsync(new Position(2));

        await branch.AppendAsync(Events(4, first: 10));

        Labels(await parent.ReadAllAsync()).ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public async Task Fork_Siblings_DoNotSeeEachOther()
    {
        var parent = await RunOfAsync(2);
        var (left, right) = (await parent.ForkAsync(new Position(1)), await parent.ForkAsync(new Position(1)));

        await left.AppendAsync([Labelled("l")]);
        await right.AppendAsync([Labelled("r")]);

        Labels(await left.ReadAllAsync()).ShouldBe(["1", "fork", "l"]);
        Labels(await right.ReadAllAsync()).ShouldBe(["1", "fork", "r"]);
    }

    [Fact]
    public async Task Fork_BelowTheParentsOwnFork_EndsInAnAncestor()
    {
        var run = await RunOfAsync(5);
        var branch = await run.ForkAsync(new Position(4));
        await branch.AppendAsync([Labelled("b")]);

        var below = await branch.ForkAsync(new Position(2));

        below.History.Lineage.ShouldBe([new LineageSegment(run.StreamName.Value, 2)]);
        below.History.Root.ShouldBe(run.StreamName);
        Labels(await below.ReadAllAsync()).ShouldBe(["1", "2", "fork"]);
        (await Store.GetBranchAsync(below.StreamName)).ShouldNotBeNull().Parent.ShouldBe(branch.StreamName);
    }

    [Fact]
    public async Task Fork_AtTheParentsForkEvent_IncludesOrLeavesIt()
    {
        var run = await RunOfAsync(2);
        var branch = await run.ForkAsync(new Position(2));
        await branch.AppendAsync([Labelled("b")]);

        var without = await branch.ForkAsync(new Position(2));
        var with = await branch.ForkAsync(new Position(3));

        without.History.Lineage.ShouldBe([new LineageSegment(run.StreamName.Value, 2)]);
        with.History.Lineage.ShouldBe([new LineageSegment(run.StreamName.Value, 2), new LineageSegment(branch.StreamName.Value, 1)]);
        Labels(await with.ReadAllAsync()).ShouldBe(["1", "2", "fork", "fork"]);
    }

    [Fact]
    public async Task Fork_OfForkAtZero_SharesNothing()
    {
        var run = await RunOfAsync(2);
        var branch = await run.ForkAsync(Position.Start);

        var second = await branch.ForkAsync(Position.Start);
        var third = await branch.ForkAsync(new Position(1));

        second.History.Lineage.ShouldBeEmpty();
        (second.History.Root, third.History.Root).ShouldBe((run.StreamName, run.StreamName));
        third.History.Lineage.ShouldBe([new LineageSegment(branch.StreamName.Value, 1)]);
        Labels(await third.ReadAllAsync()).ShouldBe(["fork", "fork"]);
    }

    [Fact]
    public async Task Fork_ToDepth120_ReadsTheWholeHistory()
    {
        const int Depth = 120;
        var branch = await RunOfAsync(2);
        var expected = new List<string> { "1", "2" };
        for (var depth = 1; depth <= Depth; depth++)
        {
            branch = await branch.ForkAsync(await branch.GetLengthAsync());
            await branch.AppendAsync([Labelled($"d{depth}")]);
            expected.AddRange(["fork", $"d{depth}"]);
        }

        branch.History.Lineage.Count.ShouldBe(Depth);
        var events = await branch.ReadAllAsync();
        Labels(events).ShouldBe(expected);
        events.Select(e => e.Position!.Value.Value).ShouldBe(Enumerable.Range(0, expected.Count).Select(p => (long)p));
        Labels(await branch.ReadAsync(new Position(100), new Position(110)).ToListAsync()).ShouldBe(expected[100..110]);
        (await Runs.OpenAsync(branch.StreamName)).History.Lineage.ShouldBe(branch.History.Lineage);
    }

    [Fact]
    public async Task Fork_DeeperThanAllowed_Throws()
    {
        var runs = new AgentLedger(Store, new AgentLedgerOptions { MaxLineageDepth = 2 });
        var branch = runs.GetRun(NewId());
        await branch.AppendAsync(Events(1));
        branch = await branch.ForkAsync(new Position(1));
        branch = await branch.ForkAsync(new Position(2));
        var id = NewId();

        var refused = await RefusedAsync<LineageDepthException>(
            () => branch.ForkAsync(new Position(3), new ForkOptions { Id = id }),
            $"A fork of '{branch.StreamName}' would have a lineage of 3 segments, and 2 are allowed. "
            + "Fork from a run or branch nearer to the root, or raise the limit.");

        (refused.Parent, refused.Depth, refused.Limit).ShouldBe((branch.StreamName, 3, 2));
        (await Store.GetStreamAsync(StreamName.Branch(id))).ShouldBeNull();
        (await branch.ForkAsync(new Position(2))).History.Lineage.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Fork_ArchivedParent_GoesOnFromIt()
    {
        var parent = await RunOfAsync(3);
        var older = await parent.ForkAsync(new Position(2));
        await Store.ArchiveAsync(parent.StreamName);

        var branch = await parent.ForkAsync(new Position(3));
        await branch.AppendAsync([Labelled("x")]);

        Labels(await branch.ReadAllAsync()).ShouldBe(["1", "2", "3", "fork", "x"]);
        Labels(await older.ReadAllAsync()).ShouldBe(["1", "2", "fork"]);
    }

    [Fact]
    public async Task Fork_ApplicationsStream_Goes()
    {
        var stream = new StreamName($"orders-{NewId()}");
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, Events(2));

        var branch = await Runs.ForkAsync(stream, new Position(1));

        Labels(await branch.ReadAllAsync()).ShouldBe(["1", "fork"]);
        (await ReadAsync(branch.StreamName)).Single().Data.ShouldBeOfType<BranchCreated>().ParentRunId.ShouldBe(stream.Value);
    }

    [Fact]
    public async Task Fork_UnknownParent_Throws()
    {
        var parent = NewStream();

        await RefusedAsync<StreamNotFoundException>(
            () => Runs.ForkAsync(parent, Position.Start),
            $"There is no stream '{parent}'. Check the id; the list of runs shows what exists.");
    }

    [Fact]
    public async Task Fork_BeyondTheEnd_Throws()
    {
        var parent = await RunOfAsync(3);
        var branch = await parent.ForkAsync(new Position(2));

        var refused = await RefusedAsync<ForkPositionException>(
            () => branch.ForkAsync(new Position(4)),
            $"'{branch.StreamName}' cannot be forked at position 4: its history has 3 events. Choose a position from 0 to 3.");

        (refused.Parent, refused.Position, refused.Length).ShouldBe((branch.StreamName, 4, new Position(3)));
    }

    [Fact]
    public async Task Fork_TakenId_Throws()
    {
        var parent = await RunOfAsync(3);
        var branch = await parent.ForkAsync(new Position(2));

        var refused = await RefusedAsync<BranchExistsException>(
            () => parent.ForkAsync(new Position(1), new ForkOptions { Id = branch.Id }),
            $"Stream '{branch.StreamName}' exists already. Nothing was written; fork with another id.");

        refused.Branch.ShouldBe(branch.StreamName);
        Labels(await branch.ReadAllAsync()).ShouldBe(["1", "2", "fork"]);
    }

    private async Task<Run> RunOfAsync(int count) => await Runs.OpenAsync(await StreamOfAsync(count));
}
