using System.Text.Json;
using Ledger.Conformance.Samples;
using Ledger.Events;
using Ledger.Log;
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

    private static StreamAppend Part(StreamName stream, params NewEvent[] events) => new(stream, ExpectedVersion.Any, events);
}
