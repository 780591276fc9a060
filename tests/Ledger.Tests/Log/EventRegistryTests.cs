using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using Ledger.Conformance.Samples;
using Ledger.Conformance.Worlds;
using Ledger.Events;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Log;

public sealed class EventRegistryTests
{
    [Fact]
    public void Types_Default_AreTheBuiltInOnes() =>
        EventRegistry.Default.Types.Select(t => $"{t.Key} {t.Value.Name}").ShouldBe(
        [
            "approval.decided ApprovalDecided", "approval.requested ApprovalRequested",
            "attempt.started AttemptStarted",
            "branch.created BranchCreated", "branch.merged BranchMerged", "branch.picked BranchPicked", "branch.rebased BranchRebased",
            "budget.exhausted BudgetExhausted",
            "budget.joined BudgetJoined", "budget.raised BudgetRaised", "budget.reserved BudgetReserved", "budget.set BudgetSet", "budget.settled BudgetSettled",
            "call.answered CallAnswered", "call.failed CallFailed", "call.released CallReleased",
            "call.requested CallRequested", "call.returned CallReturned",
            "call.unknown CallUnknown",
            "event.masked EventMasked",
            "kit.loaded KitLoaded",
            "llm.request LlmRequest", "llm.response LlmResponse",
            "object.created ObjectCreated", "object.patched ObjectPatched", "object.removed ObjectRemoved",
            "relation.created RelationCreated", "relation.removed RelationRemoved",
            "responder.completed ResponderCompleted", "responder.failed ResponderFailed", "responder.fired ResponderFired",
            "run.completed RunCompleted", "run.failed RunFailed", "run.labelled RunLabelled", "run.renamed RunRenamed",
            "tool.called ToolCalled", "tool.returned ToolReturned",
        ]);

    [Fact]
    public void Check_RuleOfTheName_SaysWhatIsWrong()
    {
        var registry = EventRegistry.Default.With(events => events.Add(
            SampleEventsContext.Default.OrderPlaced,
            (stream, data) => data is OrderPlaced { Total: < 0 } order ? $"order '{order.Order}' of '{stream}' has a negative total." : null));
        var stream = StreamName.Run("r");
        var bad = new NewEvent(new OrderPlaced("o-1", -1m));
        var good = new NewEvent(new OrderPlaced("o-1", 1m));

        Should.Throw<InvalidEventException>(() => registry.Check(stream, bad, registry.Write(bad))).Message.ShouldContain("order 'o-1' of 'run:r' has a negative total.");
        Should.NotThrow(() => registry.Check(stream, good, registry.Write(good)));
    }

    [Theory]
    [InlineData("object.create", "object.created")]
    [InlineData("ObjectCreated", "object.created")]
    [InlineData("objects.updated", "object.patched")]
    [InlineData("object.cretaed", "object.created")]
    [InlineData("relation.deleted", "relation.removed")]
    [InlineData("tool_call", "tool.called")]
    [InlineData("llm.responses", "llm.response")]
    [InlineData("object.created", null)]
    [InlineData("kettle.created", null)]
    [InlineData("tool.failed", null)]
    [InlineData("", null)]
    public void HintFor_Name_NamesTheBuiltInOneThatIsNear(string name, string? meant) =>
        EventRegistry.Default.HintFor(name).ShouldBe(
            meant is null ? null : $"'{name}' is not a built-in event, and means nothing to worlds and calls; the built-in one is '{meant}'.");

    [Fact]
    public void HintFor_NameThatTheApplicationHas_IsNone() =>
        EventRegistry.Create(events => events.Add("object.create", SampleEventsContext.Default.OrderPlaced)).HintFor("object.create").ShouldBeNull();

    [Fact]
    public void Types_SeveralScripts_AreSortedByCodePoint()
    {
        var registry = EventRegistry.Create(events => events
            .Add("\U0001F600", SampleEventsContext.Default.OrderPlaced)
            .Add("\uFF5E", SampleEventsContext.Default.OrderPlacedInCurrency));

        registry.Types.Select(t => t.Key).TakeLast(2).ShouldBe(["\uFF5E", "\U0001F600"]);
    }

    [Fact]
    public void Write_OwnType_GivesNameTypeAndJson()
    {
        var written = SampleRegistry.First.Write(new NewEvent(new OrderPlaced("o-1", 1.50m)));

        written.Type.ShouldBe("order-placed.v1");
        written.ClrType.ShouldBe("Ledger.Conformance.Samples.OrderPlaced, Ledger.Conformance");
        Text(written.Json).ShouldBe("""{"order":"o-1","total":1.50}""");
        written.Headers.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Write_UntypedEvent_TakesTheJsonAsItStands()
    {
        var registered = SampleRegistry.First.Write(new NewEvent(new UntypedEvent("order-placed.v1", JsonElement.Parse("""{"x":1}"""))));
        var unknown = SampleRegistry.First.Write(new NewEvent(new UntypedEvent("x", JsonElement.Parse("1.0"))));

        (registered.ClrType, Text(registered.Json)).ShouldBe(
            ("Ledger.Conformance.Samples.OrderPlaced, Ledger.Conformance", """{"x":1}"""));
        (unknown.ClrType, Text(unknown.Json)).ShouldBe(("Ledger.Events.UntypedEvent, Ledger", "1.0"));
    }

    [Fact]
    public void Write_UnregisteredType_Throws() =>
        Should.Throw<InvalidEventException>(() => EventRegistry.Default.Write(new NewEvent("text"))).Message.ShouldBe(
            "An event 'System.String' cannot be stored: its type is not registered. "
            + "Add it to the event registry, or append an UntypedEvent. Nothing was written.");

    [Fact]
    public void Read_NotOfTheType_FallsBack()
    {
        EventRegistry.Default.Read("object.removed", Bytes("""{"id":"a"}""")).ShouldBe(new ObjectRemoved("a"));
        EventRegistry.Default.Read("object.removed", Bytes("""{"id":7}""")).ShouldBeOfType<UntypedEvent>().Type.ShouldBe("object.removed");
        EventRegistry.Default.Read("object.removed", Bytes("null")).ShouldBeOfType<UntypedEvent>();
        EventRegistry.Default.Read("unknown", Bytes("{}")).ShouldBeOfType<UntypedEvent>().Type.ShouldBe("unknown");
    }

    [Fact]
    public void Read_OldShape_IsUpcast()
    {
        SampleRegistry.Second.Read("order-placed.v1", Bytes("""{"order":"o","total":2}""")).ShouldBe(new OrderPlacedInCurrency("o", 2, "EUR"));
        SampleRegistry.Second.Read("order-placed.v2", Bytes("""{"order":"o","total":2,"currency":"CHF"}""")).ShouldBe(new OrderPlacedInCurrency("o", 2, "CHF"));
    }

    [Fact]
    public void Read_UpcastThatDoesNotFit_GivesTheStoredJson()
    {
        var registry = EventRegistry.Create(events => events.Upcast("old", "object.removed", _ => JsonElement.Parse("[]")));

        var read = registry.Read("old", Bytes("""{"a":1}""")).ShouldBeOfType<UntypedEvent>();

        (read.Type, read.Data.GetRawText()).ShouldBe(("old", """{"a":1}"""));
    }

    [Fact]
    public void Read_UpcastToItself_IsTheLastStep()
    {
        var registry = EventRegistry.Create(events => events
            .Upcast("loaded", "kit.loaded", old => JsonElement.Parse($$"""{"name":{{old.GetProperty("n").GetRawText()}}}"""))
            .Upcast("kit.loaded", "kit.loaded", old => old.TryGetProperty("name", out var name)
                ? JsonElement.Parse($$"""{"kit":{{name.GetRawText()}}}""")
                : old));

        registry.Read("loaded", Bytes("""{"n":"k"}""")).ShouldBeOfType<KitLoaded>().Kit.ShouldBe("k");
        registry.Read("kit.loaded", Bytes("""{"kit":"k"}""")).ShouldBeOfType<KitLoaded>().Kit.ShouldBe("k");
    }

    [Fact]
    public void Read_TypeThatCannotBeDeclared_ThrowsAndIsNoMisfit()
    {
        var registry = EventRegistry.Create(events => events.AddLater<Undeclared>(() => throw new NotSupportedException("no contract")));
        Should.Throw<NotSupportedException>(() => registry.Read("undeclared", Bytes("{}"))).Message.ShouldBe("no contract");
    }

    [Fact]
    public void Read_Misfits_AreLoggedOnceATypeAndCounted()
    {
        var log = new WarningLog();
        var counted = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument is { Meter.Name: "Ledger", Name: "ledger.event.misfits" })
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            lock (counted)
            {
                counted.Add($"{tags[0].Value} {value}");
            }
        });
        listener.Start();
        var name = "order-placed." + Guid.NewGuid().ToString("N");
        var registry = EventRegistry.Create(events => events.Add(name, SampleEventsContext.Default.OrderPlaced)).LoggingTo(log);

        registry.Read(name, Bytes("""{"order":1}"""));
        registry.Read(name, Bytes("""{"order":2}"""));
        registry.Read(name, Bytes("""{"order":"o","total":2}"""));
        registry.Read("not.known", Bytes("""{"order":1}"""));

        log.Warnings.Single().ShouldStartWith($"The JSON of events named {name} does not always fit {typeof(OrderPlaced)}; such an event is read without "
            + "a type, and projections that handle the type cannot apply it. The first: ");
        lock (counted)
        {
            counted.Count(c => c == $"{name} 1").ShouldBe(2);
        }
    }

    [Fact]
    public void Create_UpcastsInACircle_Throws() =>
        Should.Throw<ArgumentException>(() => EventRegistry.Create(e => e
            .Upcast("v1", "v2", j => j).Upcast("v2", "v3", j => j).Upcast("v3", "v2", j => j))).Message.ShouldMatch(
            "^The upcasts of event names go in a circle: '(v1' to ')?v[23]' to 'v[23]' to 'v[23]'\\. Remove one of them\\.$");

    [Fact]
    public void Create_UpcastToANameWithoutAType_Throws() =>
        Should.Throw<ArgumentException>(() => EventRegistry.Create(e => e.Upcast("v1", "v2", j => j))).Message.ShouldBe(
            "Events named 'v1' are upcast to 'v2', which has no type. Add a type with this name, or upcast to a name that has one.");

    [Fact]
    public void Create_NameTaken_Throws() =>
        Should.Throw<ArgumentException>(() => EventRegistry.Create(e => e.Add("kit.loaded", SampleEventsContext.Default.OrderPlaced))).Message.ShouldBe(
            "The event name 'kit.loaded' is already used by Ledger.KitLoaded. "
            + "Give Ledger.Conformance.Samples.OrderPlaced another. (Parameter 'name')");

    [Fact]
    public void Create_TypeTwice_Throws() =>
        Should.Throw<ArgumentException>(() => EventRegistry.Create(e => e
            .Add(SampleEventsContext.Default.OrderPlaced)
            .Add("other", SampleEventsContext.Default.OrderPlaced))).Message.ShouldBe(
            "Ledger.Conformance.Samples.OrderPlaced is registered as 'order-placed.v1' already; a type has one name. (Parameter 'name')");

    [Fact]
    public void Create_UpcastTwice_Throws() =>
        Should.Throw<ArgumentException>(() => EventRegistry.Create(e => e.Upcast("a", "b", j => j).Upcast("a", "c", j => j))).Message.ShouldBe(
            "The event name 'a' is upcast to 'b' already. (Parameter 'name')");

    private static ReadOnlyMemory<byte> Bytes(string json) => Encoding.UTF8.GetBytes(json);

    private static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);

    [EventType("undeclared")]
    private sealed record Undeclared;
}
