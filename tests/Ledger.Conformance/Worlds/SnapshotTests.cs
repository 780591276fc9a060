using System.Text.Json;
using Ledger.Log;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Worlds;

/// <summary>Snapshots of runs and branches: saved, found, used for worlds, and never more than a cache.</summary>
public abstract class SnapshotTests(ITestEngine engine) : EventStoreTests(engine.WithoutRows)
{
    private ISnapshotStore Snapshots => Store.Get<ISnapshotStore>()!;

    [Fact]
    public async Task LoadSnapshot_NoneSaved_IsNone() => (await Runs.GetRun(NewId()).LoadSnapshotAsync()).ShouldBeNull();

    [Fact]
    public async Task SaveSnapshot_Run_KeepsTheWorldAndItsPlace()
    {
        var run = await RunOfAsync(10);
        await run.AppendAsync([new BudgetExhausted(["max_events=10"]), new RelationCreated("r", "t", "o1", "gone")]);

        var saved = await run.SaveSnapshotAsync();
        var loaded = (await run.LoadSnapshotAsync()).ShouldNotBeNull();

        (loaded.Stream, loaded.Position, loaded.LastEventId).ShouldBe((run.StreamName, new Position(12), (await run.ReadAllAsync())[^1].Id));
        (saved.Position, loaded.World.BudgetExhausted).ShouldBe((new Position(12), true));
        ShouldBeSame(loaded.World, World.Fold(await run.ReadAllAsync()));
    }

    [Fact]
    public async Task GetWorld_WithSnapshot_FoldsTheTailAlone()
    {
        var run = await RunOfAsync(20);
        await run.SaveSnapshotAsync();
        await run.AppendAsync([Patch("o1", 99), new ObjectRemoved("o2"), new ObjectCreated("last", "T")]);

        var statistics = new ReadStatistics();
        var world = await run.WithStatistics(statistics).GetWorldAsync();

        ShouldBeSame(world, World.Fold(await run.ReadAllAsync()));

        // The last event that the snapshot has folded is read once more, to see that it is still there.
        (statistics.EventsFolded, statistics.EventsRead, statistics.Segments).ShouldBe((3, 4, 1));
        statistics.Snapshot.ShouldBe((run.StreamName, new Position(20)));
        statistics.Bytes.ShouldBeGreaterThan(100);
        statistics.Elapsed.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public async Task GetWorld_AroundASnapshot_TheFoldOfEveryPrefix()
    {
        var run = await RunOfAsync(6);
        await run.SaveSnapshotAsync();
        await run.AppendAsync([Patch("o1", 7), Patch("o2", 8)]);

        for (var at = 0; at <= 8; at++)
        {
            ShouldBeSame(await run.GetWorldAsync(new Position(at)), World.Fold((await run.ReadAllAsync()).Take(at)));
        }

        var refused = await Should.ThrowAsync<PositionOutOfRangeException>(() => run.GetWorldAsync(new Position(9)));
        refused.Length.ShouldBe(new Position(8));
    }

    [Fact]
    public async Task GetWorld_BelowTheSnapshot_Replays()
    {
        var run = await RunOfAsync(6);
        await run.SaveSnapshotAsync();

        var statistics = new ReadStatistics();
        await run.WithStatistics(statistics).GetWorldAsync(new Position(5));

        (statistics.EventsFolded, statistics.Snapshot).ShouldBe((5, null));
    }

    [Fact]
    public async Task GetWorld_FaultBehindTheSnapshot_TheFaultOfAReplay()
    {
        var run = await RunOfAsync(3);
        await run.SaveSnapshotAsync();
        await run.AppendAsync([Patch("o1", 1), Patch("ghost", 1)]);

        var fault = await Should.ThrowAsync<WorldFaultException>(() => run.WithFaults(WorldFaults.Throw).GetWorldAsync());

        (fault.Fault, fault.Position).ShouldBe((WorldFault.UnknownObject, new Position(4)));
        fault.WorldBefore.ShouldNotBeNull().Position.ShouldBe(new Position(4));
    }

    [Fact]
    public async Task SaveSnapshot_BehindAFault_TheDocumentKeepsTheFaults()
    {
        var run = await RunOfAsync(3);
        await run.AppendAsync([Patch("ghost", 1), Patch("o1", 7)]);
        var saved = await run.SaveSnapshotAsync();
        await run.AppendAsync([Patch("phantom", 1), Patch("o2", 8)]);

        var statistics = new ReadStatistics();
        var world = await run.WithStatistics(statistics).GetWorldAsync();

        statistics.Snapshot.ShouldBe((run.StreamName, new Position(5)));
        saved.World.Faults.Select(f => f.Position.Value).ShouldBe([3]);
        (await run.LoadSnapshotAsync()).ShouldNotBeNull().World.Faults.ShouldBe(saved.World.Faults);
        world.Faults.Select(f => (f.Position.Value, f.Fault)).ShouldBe([(3, WorldFault.UnknownObject), (5, WorldFault.UnknownObject)]);
        world.ToString().ShouldBe(World.Fold(await run.ReadAllAsync()).ToString());
        var fault = await Should.ThrowAsync<WorldFaultException>(() => run.WithFaults(WorldFaults.Throw).GetWorldAsync());
        (fault.Position, fault.WorldBefore!.Position).ShouldBe((new Position(3), new Position(3)));
    }

    [Fact]
    public async Task GetWorld_BranchOfABranch_StartsFromTheNearestSnapshotWithinThePrefix()
    {
        var run = await RunOfAsync(10);
        await run.SaveSnapshotAsync();
        await run.AppendAsync([Patch("o1", 50)]);
        var child = await run.ForkAsync(new Position(11));
        await child.AppendAsync([Patch("o2", 51)]);
        var grandchild = await child.ForkAsync(new Position(13));
        await grandchild.AppendAsync([Patch("o3", 52)]);
        var early = await run.ForkAsync(new Position(9));

        (await StartOfAsync(grandchild)).ShouldBe((run.StreamName, new Position(10)));
        (await StartOfAsync(early)).ShouldBeNull();
        await child.SaveSnapshotAsync();
        (await StartOfAsync(grandchild)).ShouldBe((child.StreamName, new Position(13)));
        (await StartOfAsync(run)).ShouldBe((run.StreamName, new Position(10)));
        await grandchild.SaveSnapshotAsync();
        (await StartOfAsync(grandchild)).ShouldBe((grandchild.StreamName, new Position(15)));

        // An ancestor's events after the fork are not part of the branch, nor is a snapshot of them.
        await child.AppendAsync([new ObjectRemoved("o1")]);
        await child.SaveSnapshotAsync();
        var other = await child.ForkAsync(new Position(12));
        (await StartOfAsync(other)).ShouldBe((run.StreamName, new Position(10)));
    }

    [Fact]
    public async Task SaveSnapshot_OlderThanTheKept_StaysUnkept()
    {
        var run = await RunOfAsync(4);
        var older = new StoredSnapshot(run.StreamName, new StreamVersion(3), "{}"u8.ToArray());
        await run.SaveSnapshotAsync();

        (await Snapshots.SaveSnapshotAsync(older)).ShouldBe(SnapshotOutcome.NewerKept);
        (await Snapshots.FindSnapshotAsync([new(run.StreamName, new StreamVersion(3))])).ShouldBeNull();
        (await Snapshots.FindSnapshotAsync([new(NewStream(), new StreamVersion(9)), new(run.StreamName, new StreamVersion(4))]))
            .ShouldNotBeNull().Version.ShouldBe(new StreamVersion(4));
        (await run.LoadSnapshotAsync()).ShouldNotBeNull().Position.ShouldBe(new Position(4));
        await Snapshots.DiscardSnapshotAsync(run.StreamName, new StreamVersion(3));
        (await run.LoadSnapshotAsync()).ShouldNotBeNull();
        await Snapshots.DiscardSnapshotAsync(run.StreamName, new StreamVersion(4));
        (await run.LoadSnapshotAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Append_SnapshotEvery_TakesThemAndWritesAllTheSame()
    {
        var ledger = new AgentLedger(Store, new AgentLedgerOptions { SnapshotEvery = 4 });
        var run = ledger.GetRun(NewId());
        var places = new List<long?>();
        for (var i = 1; i <= 10; i++)
        {
            await run.AppendAsync([new ObjectCreated($"o{i}", "T")]);
            places.Add((await run.LoadSnapshotAsync())?.Position.Value);
        }

        places.ShouldBe([null, null, null, 4, 4, 4, 4, 8, 8, 8]);
        await run.AppendValidatedAsync([Patch("o1", 1), Patch("o1", 2), Patch("o1", 3)]);
        (await run.LoadSnapshotAsync()).ShouldNotBeNull().Position.ShouldBe(new Position(13));
    }

    [Fact]
    public async Task Append_SnapshotEvery_WorldWithAFault_IsKeptWithTheFault()
    {
        var log = new WarningLog();
        var run = new AgentLedger(Store, new AgentLedgerOptions { SnapshotEvery = 1 }, log).GetRun(NewId());

        (await run.AppendAsync([Patch("ghost", 1)])).ShouldBe(new Position(1));

        log.Warnings.ShouldBeEmpty();
        var snapshot = (await run.LoadSnapshotAsync()).ShouldNotBeNull();
        snapshot.World.Faults.Select(f => (f.Position, f.EventType)).ShouldBe([(Position.Start, "object.patched")]);
    }

    [Fact]
    public async Task SaveSnapshot_WorldThatIsTooLarge_TheLastOneStays()
    {
        var log = new WarningLog();
        var run = new AgentLedger(Store, new AgentLedgerOptions { SnapshotEvery = 20 }, log).GetRun(NewId());
        var text = JsonElement.Parse($$"""{"text":"{{new string('x', 900_000)}}"}""");
        await run.AppendAsync([.. Enumerable.Range(1, 20).Select(i => new ObjectCreated($"o{i}", "T", text))]);
        log.Warnings.ShouldBeEmpty();

        (await run.AppendAsync([.. Enumerable.Range(21, 20).Select(i => new ObjectCreated($"o{i}", "T", text))])).ShouldBe(new Position(40));
        log.Warnings.ShouldBe([$"No snapshot of {run.StreamName} was taken at position 40; the events are written"]);
        var refused = await Should.ThrowAsync<SnapshotTooLargeException>(() => run.SaveSnapshotAsync());

        (refused.Stream, refused.Position).ShouldBe((run.StreamName, new Position(40)));
        refused.Bytes.ShouldBeGreaterThan(WorldSnapshot.MaxBytes);
        refused.Message.ShouldBe(
            $"The world of '{run.StreamName}' at position 40 has {refused.Bytes} bytes of JSON, but a snapshot has at most 33554432. Nothing was saved: reads fold "
            + "the events after the previous snapshot, if there is one. Keep larger content elsewhere, and its address in the objects.");
        var statistics = new ReadStatistics();
        (await run.WithStatistics(statistics).GetWorldAsync()).Objects.Count.ShouldBe(40);
        statistics.Snapshot.ShouldBe((run.StreamName, new Position(20)));
    }

    private async Task<Run> RunOfAsync(int objects)
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([.. Enumerable.Range(1, objects).Select(i => new ObjectCreated($"o{i}", "T", JsonElement.Parse($$"""{"v":{{i}}}""")))]);
        return run;
    }

    private static async Task<(StreamName, Position)?> StartOfAsync(Run run)
    {
        var statistics = new ReadStatistics();
        ShouldBeSame(await run.WithStatistics(statistics).GetWorldAsync(), World.Fold(await run.ReadAllAsync()));
        return statistics.Snapshot;
    }

    private static void ShouldBeSame(World world, World expected)
    {
        WorldDiff.Between(expected, world).HasChanges.ShouldBeFalse();
        world.Objects.Select(o => o.Id).ShouldBe(expected.Objects.Select(o => o.Id));
        world.Relations.Select(r => r.Id).ShouldBe(expected.Relations.Select(r => r.Id));
        (world.Position, world.BudgetExhausted).ShouldBe((expected.Position, expected.BudgetExhausted));
    }

    private static ObjectPatched Patch(string id, int value) => new(id, JsonElement.Parse($$"""{"v":{{value}}}"""));
}
