using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Log;

/// <summary>Reading what a run or branch is made of.</summary>
public abstract class HistoryTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Theory]
    [InlineData(0, null, 0, 8)]
    [InlineData(0, 0, 0, 0)]
    [InlineData(0, 1, 0, 1)]
    [InlineData(1, 2, 1, 2)]
    [InlineData(2, 3, 2, 3)]
    [InlineData(1, 6, 1, 6)]
    [InlineData(3, 5, 3, 5)]
    [InlineData(5, 7, 5, 7)]
    [InlineData(7, null, 7, 8)]
    [InlineData(8, null, 0, 0)]
    [InlineData(100, null, 0, 0)]
    [InlineData(4, 4, 0, 0)]
    [InlineData(5, 2, 0, 0)]
    [InlineData(6, 1_000, 6, 8)]
    public async Task ReadHistory_Range_GivesIt(int from, int? to, int first, int end)
    {
        string[] whole = ["1", "2", "fork", "a", "fork", "b", "c", "d"];
        var branch = await NestedAsync();

        var events = await branch.ReadAsync(new Position(from), to is { } position ? new Position(position) : null).ToListAsync();

        Labels(events).ShouldBe(whole[first..end]);
        events.Select(e => e.Position!.Value.Value).ShouldBe(Enumerable.Range(first, end - first).Select(p => (long)p));
    }

    [Fact]
    public async Task ReadHistory_FromTheLargestPosition_GivesNothing()
    {
        var run = await Runs.StartRunAsync(NewId());
        await run.AppendAsync([new KitLoaded("kit")]);

        (await run.ReadAsync(new Position(long.MaxValue)).ToListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task ReadHistory_Event_IsWhereTheHistorySays()
    {
        var branch = await NestedAsync();

        foreach (var recorded in await branch.ReadAllAsync())
        {
            branch.History.Locate(recorded.Position!.Value).ShouldBe((recorded.Stream, recorded.Version));
            branch.History.PositionOf(recorded.Stream, recorded.Version).ShouldBe(recorded.Position);
        }
    }

    [Fact]
    public async Task ReadHistory_AbsentRun_GivesNothing() =>
        (await Store.ReadHistoryAsync(History.OfRun(NewStream())).ToListAsync()).ShouldBeEmpty();

    [Fact]
    public async Task ReadHistory_Null_Throws() =>
        await Should.ThrowAsync<ArgumentNullException>(async () => await Store.ReadHistoryAsync(null!).ToListAsync());

    [Theory]
    [InlineData(2, 3)]
    [InlineData(0, 1)]
    public async Task ReadHistory_MissingVersion_Throws(int existing, int missing)
    {
        var (stream, absent) = (NewStream(), StreamName.Branch(NewId()));
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, Events(existing));
        var history = new History(absent, stream, [new LineageSegment(stream.Value, 5)]);

        var refused = await RefusedAsync<BrokenHistoryException>(
            async () => await Store.ReadHistoryAsync(history).ToListAsync(),
            $"The history of '{absent}' needs version {missing} of stream '{stream}', which is not in the log. "
            + "Events were deleted by retention or outside Ledger; restore them from their archive or a backup.");

        (refused.History, refused.Stream, refused.Missing).ShouldBe((absent, stream, new StreamVersion(missing)));
        (await Store.ReadHistoryAsync(history, to: new Position(existing)).ToListAsync()).Count.ShouldBe(existing);
    }

    [Fact]
    public async Task GetHistory_Run_HasNoPrefix()
    {
        var stream = await StreamOfAsync(1);

        var history = (await Store.GetHistoryAsync(stream)).ShouldNotBeNull();

        (history.Stream, history.Root, history.Lineage.Count).ShouldBe((stream, stream, 0));
    }

    [Fact]
    public async Task GetHistory_UnknownStream_IsNone()
    {
        (await Store.GetHistoryAsync(NewStream())).ShouldBeNull();
        (await Store.GetHistoryAsync(StreamName.Branch(NewId()))).ShouldBeNull();
    }

    [Fact]
    public async Task GetHistory_OwnBranchCreatedEvent_IsAnOrdinaryEvent()
    {
        var parent = await StreamOfAsync(3);
        var plain = StreamName.Branch(NewId());
        await Store.AppendAsync(plain, ExpectedVersion.NoStream, [BranchCreated.Of(plain.Id, History.OfRun(parent), new Position(3))]);

        var history = (await Store.GetHistoryAsync(plain)).ShouldNotBeNull();

        (history.Root, history.Lineage.Count).ShouldBe((plain, 0));
        Labels(await Store.ReadHistoryAsync(history).ToListAsync()).ShouldBe(["fork"]);
        (await Store.ListBranchesAsync(parent).ToListAsync()).ShouldBeEmpty();
    }

    private async Task<Run> NestedAsync()
    {
        var run = await Runs.OpenAsync(await StreamOfAsync(5));
        var branch = await run.ForkAsync(new Position(2));
        await branch.AppendAsync([Labelled("a"), Labelled("left out")]);
        var nested = await branch.ForkAsync(new Position(4));
        await nested.AppendAsync([Labelled("b"), Labelled("c"), Labelled("d")]);
        return nested;
    }
}
