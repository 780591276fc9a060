using System.Text.Json;
using Ledger.Events;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Worlds;

/// <summary>The worlds of runs and branches, and appends that they are asked before.</summary>
public abstract class RunWorldTests(ITestEngine engine)
{
    [Fact]
    public async Task GetWorld_AtEveryPosition_TheFoldOfThatPrefix()
    {
        var run = await NewRunAsync();
        (await run.GetWorldAsync()).ToString().ShouldBe(World.Empty.ToString());
        await run.AppendAsync([new ObjectCreated("a", "T"), Patch("a", 1), new BudgetExhausted(), new RelationCreated("r", "t", "a", "b")]);

        for (var at = 0; at <= 4; at++)
        {
            var expected = World.Fold((await run.ReadAllAsync()).Take(at));
            (await run.GetWorldAsync(new Position(at))).ToString().ShouldBe(expected.ToString());
        }

        var refused = await Should.ThrowAsync<PositionOutOfRangeException>(() => run.GetWorldAsync(new Position(5)));
        refused.Message.ShouldBe($"The history of '{run.StreamName}' has no position 5: it has 4 events. Choose a position from 0 to 4.");
        refused.Length.ShouldBe(new Position(4));
    }

    [Fact]
    public async Task GetWorldAtATime_UnknownRun_IsEmpty()
    {
        var run = new AgentLedger(await engine.CreateStoreAsync()).GetRun(Guid.NewGuid().ToString("N"));

        (await run.FindPositionAsync(DateTimeOffset.UnixEpoch)).ShouldBe(Position.Start);
        (await run.GetWorldAsync(DateTimeOffset.UnixEpoch)).ToString().ShouldBe(World.Empty.ToString());
    }

    [Fact]
    public async Task GetWorld_StrictBehindAFault_TheFaultAndBeforeItTheWorld()
    {
        var run = (await NewRunAsync()).WithFaults(WorldFaults.Throw);
        await run.AppendAsync([new ObjectCreated("a", "T"), Patch("ghost", 1), new ObjectCreated("b", "T")]);

        (await run.GetWorldAsync(new Position(1))).FindObject("a").ShouldNotBeNull();
        (await Should.ThrowAsync<WorldFaultException>(() => run.GetWorldAsync())).Position.ShouldBe(new Position(1));
        var branch = (await run.ForkAsync(new Position(3))).WithFaults(WorldFaults.Throw);
        (await Should.ThrowAsync<WorldFaultException>(() => branch.GetWorldAsync())).Position.ShouldBe(new Position(1));
    }

    [Fact]
    public async Task GetWorld_BehindAFault_GoesOnWithoutTheEventAndNamesIt()
    {
        var run = await NewRunAsync();
        var bad = new NewEvent(Patch("ghost", 1), new EventMetadata { ForeignId = "oops" });
        await run.AppendAsync([new ObjectCreated("a", "T"), bad, new ObjectCreated("b", "T")]);
        await run.AppendAsync([Patch("a", 2)]);
        await run.AppendAsync([new UntypedEvent("relation.created", JsonElement.Parse("""{"id":"r","type":"t","source_id":"a"}"""))]);
        await run.AppendAsync([new RelationCreated("r", "t", "a", "b")]);
        var branch = await run.ForkAsync(new Position(3));
        await branch.AppendAsync([Patch("phantom", 1), Patch("a", 3)]);

        var world = await run.GetWorldAsync();
        world.Objects.Select(o => o.ToString()).ShouldBe(["""{"id":"a","type":"T","data":{"v":2}}""", """{"id":"b","type":"T","data":{}}"""]);
        world.Relations.ShouldHaveSingleItem().TargetId.ShouldBe("b");
        world.Position.ShouldBe(new Position(6));
        world.Faults.ShouldBe([
            new(new Position(1), bad.IdIn(run.StreamName), "oops", "object.patched", WorldFault.UnknownObject, "names the object 'ghost', which does not exist there"),
            new(new Position(4), (await run.ReadAllAsync())[4].Id, null, "relation.created", WorldFault.MissingField, "lacks the member 'target_id'"),
        ]);
        (await run.GetFaultsAsync()).ShouldBe(world.Faults);
        (await run.GetFaultsAsync(new Position(2))).ShouldBe(world.Faults.Take(1));
        (await run.GetFaultsAsync(new Position(1))).ShouldBeEmpty();
        (await run.FindObjectAsync("a"))!.Data["v"].GetInt32().ShouldBe(2);
        (await branch.GetFaultsAsync()).Select(f => f.Position.Value).ShouldBe([1, 4]);
        (await branch.FindObjectAsync("a"))!.Data["v"].GetInt32().ShouldBe(3);
        (await run.DiffAsync(branch)).PatchedObjects.ShouldBe(["a"]);
        await run.AppendAsync([new ObjectCreated("ghost", "T"), Patch("ghost", 5)]);
        (await run.FindObjectAsync("ghost"))!.Data["v"].GetInt32().ShouldBe(5);
        World.Parse(System.Text.Encoding.UTF8.GetBytes(world.ToString())).Faults.ShouldBe(world.Faults);
    }

    [Fact]
    public async Task DanglingRelations_EndRemovedOrNeverThere_AreListed()
    {
        var run = await NewRunAsync();
        await run.AppendAsync([
            new ObjectCreated("a", "T"), new ObjectCreated("b", "T"),
            new RelationCreated("r1", "t", "a", "b"), new RelationCreated("r2", "t", "a", "c"), new RelationCreated("r3", "t", "a", "a")]);
        await run.AppendAsync([new ObjectRemoved("b")]);

        (await run.GetWorldAsync()).DanglingRelations.Select(r => r.Id).ShouldBe(["r1", "r2"]);
        (await run.GetWorldAsync(new Position(5))).DanglingRelations.Select(r => r.Id).ShouldBe(["r2"]);
        (await run.FindPresentAsync(["a", "b", "c"])).Ids.ShouldBe(["a"]);
        var before = await run.FindPresentAsync(["a", "b", "c"], new Position(5));
        before.Position.ShouldBe(new Position(5));
        before.Ids.Order(StringComparer.Ordinal).ShouldBe(["a", "b"]);
        await Should.ThrowAsync<PositionOutOfRangeException>(() => run.FindPresentAsync(["a"], new Position(9)));
        await Should.ThrowAsync<PositionOutOfRangeException>(() => run.GetFaultsAsync(new Position(9)));
    }

    [Fact]
    public async Task AppendValidated_WhatTheWorldTakes_IsWritten()
    {
        var run = await NewRunAsync();

        (await run.AppendValidatedAsync([new ObjectCreated("a", "T"), Patch("a", 1)])).ShouldBe(new Position(2));
        (await run.AppendValidatedAsync([Patch("a", 2)], new Position(2))).ShouldBe(new Position(3));
        (await run.AppendValidatedAsync([])).ShouldBe(new Position(3));

        var branch = await run.ForkAsync(new Position(1));
        (await branch.AppendValidatedAsync([Patch("a", 3)])).ShouldBe(new Position(3));
        (await branch.GetWorldAsync()).FindObject("a")!.Data["v"].GetInt32().ShouldBe(3);
        (await run.ReadAllAsync()).ShouldAllBe(e => e.CorrelationId == run.StreamName.Value);
    }

    [Fact]
    public async Task AppendValidated_WhatTheWorldDoesNotTake_NothingIsWritten()
    {
        var run = await NewRunAsync();
        await run.AppendAsync([new ObjectCreated("a", "T")]);
        var bad = new NewEvent(new UntypedEvent("object.created", JsonElement.Parse("{\"id\":\"x\"}")));

        var refused = await Should.ThrowAsync<WorldFaultException>(() => run.AppendValidatedAsync([new ObjectRemoved("a"), Patch("a", 1)]));
        (refused.Fault, refused.Position).ShouldBe((WorldFault.UnknownObject, new Position(2)));
        refused = await Should.ThrowAsync<WorldFaultException>(() => run.AppendValidatedAsync([bad], new Position(1)));
        (refused.Fault, refused.Position, refused.EventId).ShouldBe((WorldFault.MissingField, new Position(1), bad.Id));
        refused.Message.ShouldBe(
            $"Event '{bad.Id}' for position 1 cannot be applied to the world: object.created lacks the member 'type' (missing_field). "
            + $"Nothing was written to '{run.StreamName}'. Correct the event and append it again.");
        var ghost = new NewEvent(Patch("ghost", 1));
        refused = await Should.ThrowAsync<WorldFaultException>(() => run.AppendValidatedAsync([new ObjectCreated("b", "T"), ghost]));
        refused.Message.ShouldBe(
            $"Event '{ghost.Id}' for position 2 cannot be applied to the world: object.patched names the object 'ghost', which does not exist there "
            + $"(unknown_object). Nothing was written to '{run.StreamName}'. Append an object.created of 'ghost' before it; if the object was removed, "
            + $"'ledger fork {run.StreamName} --at N' continues from where it existed.");

        (await run.GetLengthAsync()).ShouldBe(new Position(1));
    }

    [Fact]
    public async Task AppendValidated_BehindAFault_GoesOn()
    {
        var run = await NewRunAsync();
        await run.AppendAsync([Patch("ghost", 1), new ObjectCreated("a", "T")]);

        (await run.AppendValidatedAsync([Patch("a", 1)])).ShouldBe(new Position(3));
        (await run.AppendValidatedAsync([new ObjectCreated("b", "T"), Patch("b", 1), new ObjectRemoved("b"), new ObjectCreated("b", "T"), Patch("b", 2)]))
            .ShouldBe(new Position(8));
        await Should.ThrowAsync<WorldFaultException>(() => run.AppendValidatedAsync([Patch("ghost", 1)]));
    }

    [Fact]
    public async Task Append_OfAHandleThatValidates_Refuses()
    {
        var store = await engine.CreateStoreAsync();
        var run = new AgentLedger(store, new AgentLedgerOptions { Validation = AppendValidation.WorldEvents }).GetRun(Guid.NewGuid().ToString("N"));
        (await run.AppendAsync([new ObjectCreated("a", "T"), Patch("a", 1)])).ShouldBe(new Position(2));

        await Should.ThrowAsync<WorldFaultException>(() => run.AppendAsync([Patch("b", 1)]));
        await Should.ThrowAsync<WorldFaultException>(() => run.AppendAsync([Patch("b", 1)], new Position(2)));
        await Should.ThrowAsync<WrongExpectedVersionException>(() => run.AppendAsync([Patch("a", 1)], new Position(1)));
        (await run.AppendAsync([Patch("a", 2)], new Position(2))).ShouldBe(new Position(3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task AppendValidated_WrongLength_IsAConflict(long expected)
    {
        var run = await NewRunAsync();
        await run.AppendAsync([new ObjectCreated("a", "T")]);

        var refused = await Should.ThrowAsync<WrongExpectedVersionException>(() => run.AppendValidatedAsync([Patch("a", 1)], new Position(expected)));

        refused.Actual.ShouldBe(new StreamVersion(1));
        (await run.GetLengthAsync()).ShouldBe(new Position(1));
    }

    [Fact]
    public async Task AppendValidated_SameEventsAgain_TheFirstAnswer()
    {
        var run = await NewRunAsync();
        await run.AppendAsync([new ObjectCreated("a", "T")]);
        NewEvent[] patch = [new NewEvent(Patch("a", 1))];
        var first = await run.AppendValidatedAsync(patch, new Position(1));
        await run.AppendAsync([new ObjectRemoved("a")]);

        // The patch no longer applies at the end, where the object is gone; but it is written, further up.
        (await run.AppendValidatedAsync(patch)).ShouldBe(first);
        (await run.AppendValidatedAsync(patch, new Position(1))).ShouldBe(first);
        (await run.GetLengthAsync()).ShouldBe(new Position(3));
    }

    [Fact]
    public async Task AppendValidated_ManyAtOnce_EachOnAWorldThatHolds()
    {
        var run = await NewRunAsync();
        await run.AppendAsync([new ObjectCreated("a", "T")]);

        // Some patch the object while others remove it: were an event decided on one length and written at another, a patch would hit nothing.
        var writers = Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            for (var k = 0; k < 10; k++)
            {
                try
                {
                    await run.AppendValidatedAsync(i % 2 == 0 ? [Patch("a", k)] : k % 2 == 0 ? [new ObjectRemoved("a")] : [new ObjectCreated("a", "T")]);
                }
                catch (WorldFaultException e) when (e.Fault == WorldFault.UnknownObject)
                {
                    // The object was gone at that length; the refusal is right.
                }
            }
        }));
        await Task.WhenAll(writers);

        (await run.GetWorldAsync()).Position.ShouldBe(await run.GetLengthAsync());
        (await run.GetFaultsAsync()).ShouldBeEmpty();
    }

    private async Task<Run> NewRunAsync() => new AgentLedger(await engine.CreateStoreAsync()).GetRun(Guid.NewGuid().ToString("N"));

    private static ObjectPatched Patch(string id, int value) => new(id, JsonElement.Parse($$"""{"v":{{value}}}"""));
}
