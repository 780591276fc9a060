using System.Text.Json;
using Ledger.Events;
using Ledger.Runs;
using Ledger.Streams;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Worlds;

/// <summary>The worlds of runs and branches, and appends that they are asked before.</summary>
public abstract class RunWorldTests
{
    /// <summary>A log of the engine under test, which no other test class writes to.</summary>
    protected abstract Task<IEventStore> CreateStoreAsync();

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
        var run = new AgentLedger(await CreateStoreAsync()).Run(Guid.NewGuid().ToString("N"));

        (await run.FindPositionAsync(DateTimeOffset.UnixEpoch)).ShouldBe(Position.Start);
        (await run.GetWorldAsync(DateTimeOffset.UnixEpoch)).ToString().ShouldBe(World.Empty.ToString());
    }

    [Fact]
    public async Task GetWorld_BehindAFault_TheFaultAndBeforeItTheWorld()
    {
        var run = await NewRunAsync();
        await run.AppendAsync([new ObjectCreated("a", "T"), Patch("ghost", 1), new ObjectCreated("b", "T")]);

        (await run.GetWorldAsync(new Position(1))).FindObject("a").ShouldNotBeNull();
        (await Should.ThrowAsync<WorldFaultException>(() => run.GetWorldAsync())).Position.ShouldBe(new Position(1));
        var branch = await run.ForkAsync(new Position(3));
        (await Should.ThrowAsync<WorldFaultException>(() => branch.GetWorldAsync())).Position.ShouldBe(new Position(1));
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

        (await run.GetLengthAsync()).ShouldBe(new Position(1));
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
    }

    private async Task<Run> NewRunAsync() => new AgentLedger(await CreateStoreAsync()).Run(Guid.NewGuid().ToString("N"));

    private static ObjectPatched Patch(string id, int value) => new(id, JsonElement.Parse($$"""{"v":{{value}}}"""));
}
