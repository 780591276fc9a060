using JasperFx.Events;
using Ledger.Log;
using Ledger.Testing.Handlers;
using Shouldly;
using Xunit;

namespace Ledger.Wolverine.Tests.Handling;

/// <summary>Handlers as functions, tested without a database and without a host.</summary>
public sealed class HandlerUnitTests
{
    [Fact]
    public async Task Propose_AClaim_IsRefusedTheSecondTime()
    {
        // sample: a unit test of a handler
        var given = await GivenRun.OfAsync([new ObjectCreated("c-1", "Claim")]);

        var (events, messages) = ClaimHandler.Handle(new ProposeClaim("kettle", "c-2"), given.World);
        var world = await given.ThenAsync(events);
        var (again, refusal) = ClaimHandler.Handle(new ProposeClaim("kettle", "c-2"), world);
        // end of sample

        world.FindObject("c-2")!.Data["number"].GetInt32().ShouldBe(1);
        messages.ShouldBe([new ClaimProposed("kettle", "c-2")]);
        again.ShouldBeEmpty();
        refusal.ShouldBe([new ClaimRefused("kettle", "c-2")]);
        (await given.ThenAsync(again)).Position.ShouldBe(new Position(2));
    }

    [Fact]
    public async Task Stream_OfAnAggregate_IsAStub()
    {
        var given = await GivenRun.OfAsync([new ObjectCreated("a", "Thing"), new KitLoaded("k")]);
        var stream = new StubEventStream<Tally>(await given.GetStateAsync(Tally.Aggregate)) { Key = given.Run.StreamName.Value };

        TallyHandler.Handle(new AddTwice("given"), stream);

        stream.Aggregate.ShouldBe(new Tally(1));
        (await given.ThenAsync(stream.EventsAppended)).Objects.Select(o => o.Id).ShouldBe(["a", "first", "second"]);
        (await given.GetStateAsync(Tally.Aggregate)).ShouldBe(new Tally(3));
    }

    [Fact]
    public async Task Run_AppendedToByTheHandler_IsWhatAHostWouldRefuse()
    {
        var given = await GivenRun.OfAsync([]);
        await RunHandler.HandleAsync(new TryOut("given", "b"), given.Run, default);

        await Should.ThrowAsync<WrongExpectedVersionException>(() => given.ThenAsync([new KitLoaded("late")]));
        (await given.ThenAsync([])).Position.ShouldBe(new Position(1));
    }
}
