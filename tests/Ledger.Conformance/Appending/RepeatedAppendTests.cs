using System.Text.Json;
using Ledger.Events;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Appending;

/// <summary>An append whose ids are in the log: a repetition, or a refusal.</summary>
public abstract class RepeatedAppendTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Append_Repeated_GivesTheFirstAnswer()
    {
        var stream = NewStream();
        var events = Two();
        var first = await Store.AppendAsync(stream, ExpectedVersion.NoStream, events);

        var again = await Store.AppendAsync(stream, ExpectedVersion.NoStream, events);

        again.ShouldBe(first with { Outcome = AppendOutcome.AlreadyWritten });
        (await VersionAsync(stream)).ShouldBe(new StreamVersion(2));
    }

    [Fact]
    public async Task Append_RepeatedAfterFurtherAppends_GivesTheFirstAnswer()
    {
        var stream = NewStream();
        var events = Two();
        var first = await Store.AppendAsync(stream, ExpectedVersion.NoStream, events);
        await Store.AppendAsync(stream, ExpectedVersion.Any, Events(5));

        var again = await Store.AppendAsync(stream, ExpectedVersion.Exactly(new StreamVersion(99)), events);

        again.ShouldBe(first with { Outcome = AppendOutcome.AlreadyWritten });
        (await VersionAsync(stream)).ShouldBe(new StreamVersion(7));
    }

    [Fact]
    public async Task Append_RepeatedToArchivedStream_GivesTheFirstAnswer()
    {
        var stream = NewStream();
        var events = Two();
        var first = await Store.AppendAsync(stream, ExpectedVersion.NoStream, events);
        await Store.ArchiveAsync(stream);

        var again = await Store.AppendAsync(stream, ExpectedVersion.NoStream, events);

        again.ShouldBe(first with { Outcome = AppendOutcome.AlreadyWritten });
    }

    [Fact]
    public async Task Append_PartOfAnEarlierOne_AnswersForThatPart()
    {
        var stream = NewStream();
        var events = Two();
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, events);

        var again = await Store.AppendAsync(stream, ExpectedVersion.NoStream, [events[0]]);

        again.Version.ShouldBe(new StreamVersion(1));
        again.Outcome.ShouldBe(AppendOutcome.AlreadyWritten);
    }

    [Fact]
    public async Task Append_SeveralStreamsRepeated_GivesTheFirstAnswers()
    {
        StreamAppend[] appends = [Part(NewStream(), Two()), Part(NewStream(), Two())];
        var first = await Store.AppendAsync(appends);
        await Store.AppendAsync(appends[0].Stream, ExpectedVersion.Any, Events(1));

        var again = await Store.AppendAsync(appends);

        again.ShouldBe(first.Select(r => r with { Outcome = AppendOutcome.AlreadyWritten }));
    }

    [Fact]
    public async Task Append_RepeatedBesidePartWithoutEvents_WritesNothing()
    {
        var (stream, known, absent) = (NewStream(), await StreamOfAsync(3), NewStream());
        var events = Two();
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, events);

        var again = await Store.AppendAsync([Part(absent), Part(stream, events), Part(known)]);

        again.Select(r => (r.Version.Value, r.Outcome)).ShouldBe(
            [(0, AppendOutcome.AlreadyWritten), (2, AppendOutcome.AlreadyWritten), (3, AppendOutcome.AlreadyWritten)]);
        (await Store.GetStreamAsync(absent)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_SameIdOtherJson_Throws()
    {
        var stream = NewStream();
        var events = Two();
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, events);
        var other = new NewEvent(Labelled("other")) { Id = events[1].Id };

        var refused = await RefusedAsync<EventIdInUseException>(
            () => Store.AppendAsync(stream, ExpectedVersion.Exactly(new StreamVersion(99)), [events[0], other]),
            $"The append to stream '{stream}' has event {other.Id}, which the stream has already with another type or other data. "
            + "Nothing was written; give the event its own id, or send it unchanged.");

        (refused.Stream, refused.EventId, refused.Holder, refused.Conflict).ShouldBe((stream, other.Id, stream, EventIdConflict.OtherContent));
        await Should.ThrowAsync<EventIdInUseException>(() => Store.AppendAsync(stream, ExpectedVersion.Any, [other]));
        (await VersionAsync(stream)).ShouldBe(new StreamVersion(2));
    }

    [Fact]
    public async Task Append_SameForeignIdOtherType_NamesTheForeignId()
    {
        var stream = NewStream();
        var metadata = new EventMetadata { ForeignId = "evt-1" };
        await Store.AppendAsync(stream, ExpectedVersion.Any, [new NewEvent(new UntypedEvent("a", JsonElement.Parse("{}")), metadata)]);

        var refused = await Should.ThrowAsync<EventIdInUseException>(
            () => Store.AppendAsync(stream, ExpectedVersion.Any, [new NewEvent(new UntypedEvent("b", JsonElement.Parse("{}")), metadata)]));

        refused.ForeignId.ShouldBe("evt-1");
        refused.Message.ShouldContain("event 'evt-1' (");
    }

    [Fact]
    public async Task Append_SameValueSpelledOtherwise_IsARepetition()
    {
        var stream = NewStream();
        var id = Guid.CreateVersion7();
        var first = await Store.AppendAsync(
            stream, ExpectedVersion.Any, [new NewEvent(new UntypedEvent("t", JsonElement.Parse("""{"a":1,"b":2.50}"""))) { Id = id }]);

        var again = await Store.AppendAsync(
            stream,
            ExpectedVersion.NoStream,
            [new NewEvent(new UntypedEvent("t", JsonElement.Parse("""{"b":25e-1,"a":1.0}""")), new EventMetadata { Actor = "other", OccurredAt = DateTimeOffset.UnixEpoch }) { Id = id }]);

        again.ShouldBe(first with { Outcome = AppendOutcome.AlreadyWritten });
    }

    [Fact]
    public async Task Append_SeveralStreamsOneWithOtherJson_NamesItsStream()
    {
        StreamAppend[] appends = [Part(NewStream(), Two()), Part(NewStream(), Two())];
        await Store.AppendAsync(appends);
        var other = new NewEvent(Labelled("other")) { Id = appends[1].Events[0].Id };

        var refused = await Should.ThrowAsync<EventIdInUseException>(
            () => Store.AppendAsync([appends[0], Part(appends[1].Stream, other, appends[1].Events[1])]));

        (refused.Stream, refused.EventId, refused.Conflict).ShouldBe((appends[1].Stream, other.Id, EventIdConflict.OtherContent));
    }

    [Fact]
    public async Task Append_NullData_StaysNull()
    {
        var stream = NewStream();

        await Store.AppendAsync(stream, ExpectedVersion.Any, [new UntypedEvent("note", JsonElement.Parse("null"))]);

        (await ReadAsync(stream)).Single().ToJsonElement().ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("run:")]
    [InlineData("run: ")]
    [InlineData("branch: a")]
    public async Task Append_IdThatNobodySees_Throws(string name) =>
        await Should.ThrowAsync<ArgumentException>(() => Store.AppendAsync(new StreamName(name), ExpectedVersion.Any, Events(1)));

    [Fact]
    public async Task Append_SomeIdsInTheStream_Throws()
    {
        var stream = NewStream();
        var events = Two();
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, events);

        var refused = await RefusedAsync<EventIdInUseException>(
            () => Store.AppendAsync(stream, ExpectedVersion.Any, [new NewEvent(Labelled("c")), events[1], events[0]]),
            $"The append to stream '{stream}' repeats event {events[1].Id}, which the stream has, among events that it does not have. "
            + "Nothing was written; send the earlier append as it was, or the new events alone.");

        refused.ShouldSatisfyAllConditions(
            () => refused.Stream.ShouldBe(stream),
            () => refused.EventId.ShouldBe(events[1].Id),
            () => refused.Holder.ShouldBe(stream));
        (await VersionAsync(stream)).ShouldBe(new StreamVersion(2));
    }

    [Fact]
    public async Task Append_IdInAnotherStream_Throws()
    {
        var (holder, stream) = (NewStream(), NewStream());
        var events = Two();
        await Store.AppendAsync(holder, ExpectedVersion.NoStream, events);

        var refused = await RefusedAsync<EventIdInUseException>(
            () => Store.AppendAsync(stream, ExpectedVersion.Exactly(new StreamVersion(9)), events),
            $"The append to stream '{stream}' has event {events[0].Id}, which is in stream '{holder}' already. "
            + "Nothing was written; give the event its own id.");

        refused.Holder.ShouldBe(holder);
        (await Store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_OnePartRepeatedAndOneNew_Throws()
    {
        var (stream, other) = (NewStream(), NewStream());
        var events = Two();
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, events);

        await RefusedAsync<EventIdInUseException>(
            () => Store.AppendAsync([Part(other, Two()), Part(stream, events)]),
            $"The append to stream '{stream}' repeats event {events[0].Id}, which the stream has, among events that it does not have. "
            + "Nothing was written; send the earlier append as it was, or the new events alone.");

        (await Store.GetStreamAsync(other)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_AllIdsInTheLogButOneElsewhere_Throws()
    {
        var (stream, other) = (NewStream(), NewStream());
        var (events, others) = (Two(), Two());
        await Store.AppendAsync([Part(stream, events), Part(other, others)]);

        var refused = await Should.ThrowAsync<EventIdInUseException>(
            () => Store.AppendAsync(stream, ExpectedVersion.Any, [others[0], events[0]]));

        (refused.EventId, refused.Holder).ShouldBe((others[0].Id, other));
    }

    [Fact]
    public async Task Append_IdInUseAndArchived_NamesTheId()
    {
        var (stream, archived) = (NewStream(), await StreamOfAsync(1));
        var events = Two();
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, events);
        await Store.ArchiveAsync(archived);

        await Should.ThrowAsync<EventIdInUseException>(() => Store.AppendAsync(archived, ExpectedVersion.NoStream, events));
    }

    [Fact]
    public async Task Append_ForeignId_DerivesTheId()
    {
        var stream = new StreamName($"import:{NewId()}");
        var imported = new NewEvent(Labelled("a"), new EventMetadata { ForeignId = "evt-1" });

        var first = await Store.AppendAsync(stream, ExpectedVersion.Any, [imported]);
        var again = await Store.AppendAsync(
            stream, ExpectedVersion.Any, [new NewEvent(Labelled("a"), new EventMetadata { ForeignId = "evt-1" })]);

        again.ShouldBe(first with { Outcome = AppendOutcome.AlreadyWritten });
        var recorded = (await ReadAsync(stream)).Single();
        recorded.Id.ShouldBe(EventIds.FromForeign(stream, "evt-1"));
        recorded.Id.Version.ShouldBe(5);
        recorded.Metadata.ForeignId.ShouldBe("evt-1");
    }

    [Fact]
    public async Task Append_ForeignIdInTwoStreams_WritesBoth()
    {
        var (stream, other) = (NewStream(), NewStream());
        var imported = new NewEvent(Labelled("a"), new EventMetadata { ForeignId = "evt-1" });

        await Store.AppendAsync([Part(stream, imported), Part(other, imported)]);

        (await ReadAsync(stream)).Single().Id.ShouldNotBe((await ReadAsync(other)).Single().Id);
    }

    private static NewEvent[] Two() => [new(Labelled("a")), new(Labelled("b"))];

    private static StreamAppend Part(StreamName stream, params NewEvent[] events) => new(stream, ExpectedVersion.Any, events);
}
