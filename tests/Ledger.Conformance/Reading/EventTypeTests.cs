using System.Text.Json;
using Ledger.Conformance.Samples;
using Ledger.Events;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Reading;

/// <summary>Names in the log and the types that they are read as.</summary>
public abstract class EventTypeTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Read_BuiltInEvents_GivesThemBack()
    {
        var text = JsonElement.Parse("""{"text": "hello"}""");
        object[] events =
        [
            new ObjectCreated("o1", "Claim", text), new ObjectPatched("o1", text), new ObjectRemoved("o1"),
            new RelationCreated("r1", "supports", "o1", "o2", text), new RelationRemoved("r1"),
            new ResponderFired("r"), new ResponderCompleted("r"), new ResponderFailed("r", "why"),
            new LlmRequest(JsonElement.Parse("[]"), "m", 3), new LlmResponse("t", "m", 0.25m),
            new ToolCalled("ls", text), new ToolReturned("c", text), new BudgetExhausted(["max_events=1"]), new KitLoaded("k"),
        ];
        var stream = NewStream();

        await Store.AppendAsync(stream, ExpectedVersion.NoStream, events);

        var read = await ReadAsync(stream);
        read.Select(e => e.Data.GetType()).ShouldBe(events.Select(e => e.GetType()));
        read.Select(e => e.Type).ShouldBe(
            ["object.created", "object.patched", "object.removed", "relation.created", "relation.removed",
                "responder.fired", "responder.completed", "responder.failed", "llm.request", "llm.response",
                "tool.called", "tool.returned", "budget.exhausted", "kit.loaded"]);
        read[2].Data.ShouldBe(events[2]);
        read[8].Data.ShouldBeOfType<LlmRequest>().MaxTokens.ShouldBe(3);
        read[9].Data.ShouldBe(events[9]);
        JsonElement.DeepEquals(read[3].Data.ShouldBeOfType<RelationCreated>().Data, text).ShouldBeTrue();
    }

    [Fact]
    public async Task Read_FurtherMembers_KeepsThem()
    {
        var read = await RoundTripAsync(Store, new UntypedEvent("kit.loaded", JsonElement.Parse("""{"kit": "k", "more": [1]}""")));

        read.Data.ShouldBeOfType<KitLoaded>().More.ShouldNotBeNull()["more"][0].GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Read_OwnType_GivesIt()
    {
        var store = await Engine.CreateStoreAsync(SampleRegistry.First);

        var read = await RoundTripAsync(store, new OrderPlaced("o-1", 12.50m));

        read.Type.ShouldBe("order-placed.v1");
        read.Data.ShouldBe(new OrderPlaced("o-1", 12.50m));
    }

    [Fact]
    public async Task Read_UnknownName_GivesAnUntypedEvent()
    {
        var written = new UntypedEvent("not.known", JsonElement.Parse("""{"a": [1, {"b": null}]}"""));

        var read = await RoundTripAsync(Store, written);

        read.Type.ShouldBe("not.known");
        var data = read.Data.ShouldBeOfType<UntypedEvent>();
        data.Type.ShouldBe("not.known");
        JsonElement.DeepEquals(data.Data, written.Data).ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"id": 1}""")]
    [InlineData("""{}""")]
    [InlineData("""{"id": null}""")]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    [InlineData("""7""")]
    public async Task Read_DataThatDoesNotFit_GivesAnUntypedEvent(string json)
    {
        var read = await RoundTripAsync(Store, new UntypedEvent("object.removed", JsonElement.Parse(json)));

        JsonElement.DeepEquals(read.Data.ShouldBeOfType<UntypedEvent>().Data, JsonElement.Parse(json)).ShouldBeTrue();
    }

    [Fact]
    public async Task Read_OldShape_IsUpcast()
    {
        var registries = (First: await Engine.CreateStoreAsync(SampleRegistry.First), Second: SampleRegistry.Second);

        var read = await RoundTripAsync(registries.First, new OrderPlaced("o-1", 12.50m));

        registries.Second.Read(read.Type, read.Json).ShouldBe(new OrderPlacedInCurrency("o-1", 12.50m, "EUR"));
        read.Type.ShouldBe("order-placed.v1");
    }

    [Fact]
    public async Task Read_OldNameInANewStore_IsUpcast()
    {
        var store = await Engine.CreateStoreAsync(SampleRegistry.Second);

        var read = await RoundTripAsync(store, new UntypedEvent("order-placed.v1", JsonElement.Parse("""{"order": "o-1", "total": 3}""")));

        read.Data.ShouldBe(new OrderPlacedInCurrency("o-1", 3, "EUR"));
        read.ToJsonElement().TryGetProperty("currency", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Read_OldestShape_IsUpcastStepByStep()
    {
        var store = await Engine.CreateStoreAsync(SampleRegistry.Second);

        var read = await RoundTripAsync(store, new UntypedEvent("order-placed.v0", JsonElement.Parse("""{"order": "o-1", "amount": 3}""")));

        read.Data.ShouldBe(new OrderPlacedInCurrency("o-1", 3, "EUR"));
        read.Misfit.ShouldBeNull();
    }

    [Fact]
    public async Task Read_UpcastThatThrows_GivesAnUntypedEvent()
    {
        var store = await Engine.CreateStoreAsync(SampleRegistry.Second);

        var read = await RoundTripAsync(store, new UntypedEvent("order-placed.v0", JsonElement.Parse("""{"order": "o-1"}""")));

        read.Data.ShouldBeOfType<UntypedEvent>().Data.GetProperty("order").GetString().ShouldBe("o-1");
        read.Misfit!.ExpectedType.ShouldBe(typeof(OrderPlacedInCurrency));
    }

    [Theory]
    [InlineData("object.removed", """{"id": 1}""", true)]
    [InlineData("object.removed", """null""", true)]
    [InlineData("object.removed", """{"id": "a"}""", false)]
    [InlineData("not.known", """{"id": 1}""", false)]
    public async Task Misfit_DataAndName_IsThereWhereATypeWasExpected(string name, string json, bool isMisfit)
    {
        var read = await RoundTripAsync(Store, new UntypedEvent(name, JsonElement.Parse(json)));

        (read.Misfit?.ExpectedType).ShouldBe(isMisfit ? typeof(ObjectRemoved) : null);
        (await Store.ReadForwardAsync(read.Stream).SingleAsync()).Misfit.ShouldBe(read.Misfit);
    }

    [Fact]
    public async Task Read_Twice_SharesNothing()
    {
        var stream = NewStream();
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, [new UntypedEvent("kit.loaded", JsonElement.Parse("""{"kit": "k", "more": 1}"""))]);

        (await ReadAsync(stream)).Single().Data.ShouldBeOfType<KitLoaded>().More!.Clear();

        (await ReadAsync(stream)).Single().Data.ShouldBeOfType<KitLoaded>().More.ShouldNotBeEmpty();
    }

    private static async Task<RecordedEvent> RoundTripAsync(IEventStore store, object data)
    {
        var stream = NewStream();
        await store.AppendAsync(stream, ExpectedVersion.NoStream, [data]);
        return await store.ReadForwardAsync(stream).SingleAsync();
    }
}
