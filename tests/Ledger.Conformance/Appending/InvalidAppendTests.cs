using System.Text.Json;
using Ledger.Conformance.Samples;
using Ledger.Events;
using Ledger.Log;
using Ledger.Log.Contracts;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Appending;

/// <summary>Wrong use and events that cannot be stored: refused before anything changes.</summary>
public abstract class InvalidAppendTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Append_Null_Throws() =>
        (await Should.ThrowAsync<ArgumentNullException>(() => Store.AppendAsync(null!))).ParamName.ShouldBe("appends");

    [Fact]
    public async Task Append_NoParts_AnswersNothing() => (await Store.AppendAsync([])).ShouldBeEmpty();

    [Fact]
    public async Task Append_LargerThanOneCallMayBe_IsRefused()
    {
        var stream = NewStream();
        var json = JsonElement.Parse($"\"{new string('x', 16_000_000)}\"");

        await RefusedAsync<ArgumentException>(
            () => Store.AppendAsync(stream, ExpectedVersion.Any, [.. Enumerable.Range(0, 20).Select(_ => new UntypedEvent("large", json))]),
            "The events of one append have 272000034 bytes of JSON or more, and 268435456 are allowed. "
            + "Nothing was written; append them in several calls, or import them.");
        (await Store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_NullInside_Throws()
    {
        const string Message = "A part of the append, its list of events or an event in it is null. (Parameter 'appends')";
        var stream = NewStream();

        await RefusedAsync<ArgumentException>(() => Store.AppendAsync([null!]), Message);
        await RefusedAsync<ArgumentException>(() => Store.AppendAsync([new StreamAppend(stream, ExpectedVersion.Any, null!)]), Message);
        await RefusedAsync<ArgumentException>(() => Store.AppendAsync([new StreamAppend(stream, ExpectedVersion.Any, [null!])]), Message);
        (await Store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_DefaultStreamName_Throws() =>
        await RefusedAsync<ArgumentException>(
            () => Store.AppendAsync(default, ExpectedVersion.Any, Events(1)),
            "A stream name is needed; the default value of StreamName is not a name. (Parameter 'appends')");

    [Fact]
    public async Task Append_StreamTwice_Throws()
    {
        var stream = NewStream();

        await RefusedAsync<ArgumentException>(
            () => Store.AppendAsync([Part(stream), Part(stream)]),
            $"Stream '{stream}' occurs twice in one append. Put its events into one part. (Parameter 'appends')");

        (await Store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_IdTwice_Throws()
    {
        var stream = NewStream();
        var repeated = new NewEvent(Labelled("a"));
        var message = $"Event {repeated.Id} occurs twice in one append. Give each event its own id. (Parameter 'appends')";

        await RefusedAsync<ArgumentException>(() => Store.AppendAsync(stream, ExpectedVersion.Any, [repeated, repeated]), message);
        await RefusedAsync<ArgumentException>(() => Store.AppendAsync([Part(stream, repeated), Part(NewStream(), repeated)]), message);
        (await Store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_ForeignIdTwice_Throws()
    {
        var stream = NewStream();
        var events = Enumerable.Range(1, 2)
            .Select(n => new NewEvent(Labelled($"{n}"), new EventMetadata { ForeignId = "evt-1" }))
            .ToArray();

        await RefusedAsync<ArgumentException>(
            () => Store.AppendAsync(stream, ExpectedVersion.Any, events),
            $"Event {EventIds.FromForeign(stream, "evt-1")} occurs twice in one append. Give each event its own id. (Parameter 'appends')");
    }

    [Fact]
    public async Task Append_UnregisteredType_WritesNothing()
    {
        var (stream, other) = (NewStream(), NewStream());

        var refused = await RefusedAsync<InvalidEventException>(
            () => Store.AppendAsync([Part(other, new NewEvent(Labelled("a"))), Part(stream, new NewEvent(Labelled("b")), new NewEvent(new OrderPlaced("1", 2)))]),
            "An event 'Ledger.Conformance.Samples.OrderPlaced' cannot be stored: its type is not registered. "
            + "Add it to the event registry, or append an UntypedEvent. Nothing was written.");

        refused.Type.ShouldBe("Ledger.Conformance.Samples.OrderPlaced");
        (await Store.GetStreamAsync(stream)).ShouldBeNull();
        (await Store.GetStreamAsync(other)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_HeaderOfLedgersOwn_WritesNothing()
    {
        var stream = NewStream();
        var headers = new Dictionary<string, JsonElement> { ["actor"] = JsonElement.Parse("1") };

        await RefusedAsync<InvalidEventException>(
            () => Store.AppendAsync(stream, ExpectedVersion.Any, [new NewEvent(Labelled("a"), new EventMetadata { Headers = headers })]),
            "An event 'kit.loaded' cannot be stored: the header 'actor' is Ledger's own. "
            + "Set the property of EventMetadata instead. Nothing was written.");

        (await Store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_BreakingTheContractOfTheName_WritesNothing_InEveryForm()
    {
        var contracts = new EventContracts([new EventContract("sonar.pinged", JsonElement.Parse("""{"type":"object","required":["depth"],"properties":{"depth":{"type":"integer"}}}"""))]);
        var store = await Engine.CreateStoreAsync(SampleRegistry.Second.ValidatingAppends(contracts));
        var (stream, other) = (NewStream(), NewStream());
        NewEvent[] bad =
        [
            Untyped("order-placed.v2", """{"order":"o-1","total":"many","currency":"EUR"}"""),
            Untyped("sonar.pinged", """{"depth":1.5}"""),
            Untyped("sonar.pinged", "{}"),
            Untyped("order-placed.v1", """{"order":["o-1"],"total":1}"""),
            Untyped("object.created", """{"id":"c1"}"""),
        ];
        string[] reasons =
        [
            "'/total' of its data must be a number, but is a string. The contract of the event says so.",
            "'/depth' of its data must be a whole number, but is a number. The contract of the event says so.",
            "'/depth' of its data is missing. The contract of the event says so.",
            $"its data cannot be read as {typeof(OrderPlacedInCurrency)}: ",
            "'/type' of its data is missing. The contract of the event says so.",
        ];
        foreach (var (newEvent, reason) in bad.Zip(reasons))
        {
            var refused = await RefusedWithAsync(() => store.AppendAsync([Part(other, Untyped("unknown.name", "1")), Part(stream, newEvent)]), reason);
            (await RefusedWithAsync(() => store.ImportAsync(new[] { new StreamEvent(stream, newEvent) }.ToAsyncEnumerable()), reason)).Type.ShouldBe(refused.Type);
        }

        (await store.GetStreamAsync(stream)).ShouldBeNull();
        (await store.GetStreamAsync(other)).ShouldBeNull();
        await store.AppendAsync(
            [Part(stream, Untyped("unknown.name", "1"), Untyped("sonar.pinged", """{"depth":2.0,"more":true}"""), Untyped("order-placed.v0", """{"order":"o","amount":1}"""), new(new OrderPlacedInCurrency("o", 1, "EUR")))]);
        (await store.ReadForwardAsync(stream).CountAsync()).ShouldBe(4);
        await ((store as IAsyncDisposable)?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static NewEvent Untyped(string type, string json) => new(new UntypedEvent(type, JsonElement.Parse(json)));

    private static async Task<InvalidEventException> RefusedWithAsync(Func<Task> append, string reason)
    {
        var refused = await Should.ThrowAsync<InvalidEventException>(append);
        refused.Reason.ShouldStartWith(reason);
        refused.Message.ShouldBe($"An event '{refused.Type}' cannot be stored: {refused.Reason} Nothing was written.");
        return refused;
    }

    private static StreamAppend Part(StreamName stream, params NewEvent[] events) => new(stream, ExpectedVersion.Any, events);
}
