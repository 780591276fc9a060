using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Appending;

/// <summary>Many events at once: their order, and what a repeated import finds.</summary>
public abstract class BulkImportTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Import_AlternatingStreams_KeepsEachOnesOrder()
    {
        var streams = Enumerable.Range(0, 7).Select(_ => NewStream()).ToArray();
        await Store.AppendAsync(streams[0], ExpectedVersion.NoStream, Events(3));
        var events = Enumerable.Range(0, 25_000).Select(n => Item(streams[n % 7], $"{n}")).ToArray();

        var done = await Store.ImportAsync(events.ToAsyncEnumerable());

        (done.Events, done.Skipped, done.Streams).ShouldBe((25_000, 0, 6));
        done.Bytes.ShouldBeGreaterThan(25_000 * 10);
        for (var i = 0; i < 7; i++)
        {
            var read = await ReadAsync(streams[i]);
            var before = i == 0 ? 3 : 0;
            Labels(read.Skip(before)).ShouldBe(events.Where(e => e.Stream == streams[i]).Select(e => ((KitLoaded)e.Event.Data).Kit));
            read.Select(e => e.Version.Value).ShouldBe(Enumerable.Range(1, read.Count).Select(v => (long)v));
            read.Select(e => e.Sequence).ShouldBeInOrder(SortDirection.Ascending);
            read.Select(e => e.Timestamp).ShouldBeInOrder(SortDirection.Ascending);
            (await VersionAsync(streams[i])).Value.ShouldBe(read.Count);
        }
    }

    [Fact]
    public async Task Import_Metadata_IsKept()
    {
        var (stream, cause) = (NewStream(), Guid.CreateVersion7());
        var metadata = new EventMetadata { Actor = "me", ForeignId = "e1", Causes = [cause], OccurredAt = DateTimeOffset.UnixEpoch };

        await Store.ImportAsync(new[] { new StreamEvent(stream, new NewEvent(Labelled("a"), metadata) { CorrelationId = "c" }) }.ToAsyncEnumerable());

        var read = (await ReadAsync(stream)).ShouldHaveSingleItem();
        (read.Metadata.Actor, read.Metadata.ForeignId, read.Metadata.OccurredAt).ShouldBe(("me", "e1", DateTimeOffset.UnixEpoch));
        (read.CorrelationId, read.CausationId).ShouldBe(("c", cause.ToString()));
        read.Id.ShouldBe(EventIds.FromForeign(stream, "e1"));
        (await Store.AppendAsync(stream, ExpectedVersion.Exactly(new StreamVersion(1)), Events(1))).Version.Value.ShouldBe(2);
    }

    [Fact]
    public async Task Import_Repeated_PassesOverWhatIsThere()
    {
        var streams = new[] { NewStream(), NewStream() };
        var events = Enumerable.Range(0, 12_000).Select(n => Item(streams[n % 2], $"{n}")).ToArray();
        await Store.ImportAsync(events.Take(10_500).ToAsyncEnumerable());

        var done = await Store.ImportAsync(events.ToAsyncEnumerable());
        var again = await Store.ImportAsync(events.ToAsyncEnumerable());

        (done.Events, done.Skipped, done.Streams).ShouldBe((1_500, 10_500, 0));
        (again.Events, again.Skipped, again.Bytes).ShouldBe((0, 12_000, 0));
        Labels(await ReadAsync(streams[1])).ShouldBe(events.Where((_, n) => n % 2 == 1).Select(e => ((KitLoaded)e.Event.Data).Kit));
    }

    [Fact]
    public async Task Import_IdTwice_WritesTheFirst()
    {
        var (stream, twice) = (NewStream(), new NewEvent(Labelled("twice")));

        var done = await Store.ImportAsync(new[] { new StreamEvent(stream, twice), Item(stream, "x"), new StreamEvent(stream, twice) }.ToAsyncEnumerable());

        (done.Events, done.Skipped).ShouldBe((2, 1));
        Labels(await ReadAsync(stream)).ShouldBe(["twice", "x"]);
    }

    [Fact]
    public async Task Import_SameIdOtherJson_IsRefused()
    {
        var (stream, known) = (NewStream(), new NewEvent(Labelled("known")));
        await Store.ImportAsync(new[] { new StreamEvent(stream, known) }.ToAsyncEnumerable());
        var other = new NewEvent(Labelled("other")) { Id = known.Id };
        var fresh = new NewEvent(Labelled("fresh"));
        var changed = new NewEvent(Labelled("changed")) { Id = fresh.Id };

        var refused = await Should.ThrowAsync<EventIdInUseException>(
            () => Store.ImportAsync(new[] { new StreamEvent(stream, other) }.ToAsyncEnumerable()));
        await Should.ThrowAsync<EventIdInUseException>(
            () => Store.ImportAsync(new[] { new StreamEvent(stream, fresh), new StreamEvent(stream, changed) }.ToAsyncEnumerable()));

        (refused.EventId, refused.Conflict).ShouldBe((known.Id, EventIdConflict.OtherContent));
        Labels(await ReadAsync(stream)).ShouldBe(["known"]);
    }

    [Fact]
    public async Task Import_IdOfAnotherStream_IsRefusedAndNothingOfItsTransactionIsWritten()
    {
        var (holder, stream) = (NewStream(), NewStream());
        var taken = new NewEvent(Labelled("taken"));
        await Store.AppendAsync(holder, ExpectedVersion.Any, [taken]);

        var refused = await Should.ThrowAsync<EventIdInUseException>(
            () => Store.ImportAsync(new[] { new StreamEvent(stream, taken) }.ToAsyncEnumerable()));
        await Should.ThrowAsync<EventIdInUseException>(() => Store.ImportAsync(
            new[] { new StreamEvent(NewStream(), taken), new StreamEvent(stream, taken) }.ToAsyncEnumerable()));

        (refused.Stream, refused.EventId, refused.Holder).ShouldBe((stream, taken.Id, holder));
        (await Store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Import_ArchivedStream_IsRefusedUnlessAllIsThere()
    {
        var stream = NewStream();
        var first = Item(stream, "1");
        await Store.ImportAsync(new[] { first }.ToAsyncEnumerable());
        await Store.ArchiveAsync(stream);

        (await Store.ImportAsync(new[] { first }.ToAsyncEnumerable())).Skipped.ShouldBe(1);
        await Should.ThrowAsync<StreamArchivedException>(() => Store.ImportAsync(new[] { Item(stream, "2") }.ToAsyncEnumerable()));
        (await VersionAsync(stream)).Value.ShouldBe(1);
    }

    [Fact]
    public async Task Import_InvalidEvent_KeepsTheTransactionsBefore()
    {
        var stream = NewStream();
        var events = Enumerable.Range(0, 10_100).Select(n => Item(stream, n == 10_050 ? "\0" : $"{n}"));

        await Should.ThrowAsync<InvalidEventException>(() => Store.ImportAsync(events.ToAsyncEnumerable()));

        (await VersionAsync(stream)).Value.ShouldBe(10_000);
    }

    [Fact]
    public async Task Import_WrongUse_IsRefused()
    {
        await Should.ThrowAsync<ArgumentNullException>(() => Store.ImportAsync(null!));
        await Should.ThrowAsync<ArgumentException>(() => Store.ImportAsync(new[] { default(StreamEvent) }.ToAsyncEnumerable()));
        (await Store.ImportAsync(AsyncEnumerable.Empty<StreamEvent>())).Events.ShouldBe(0);
    }

    [Fact]
    public async Task Import_Progress_IsToldAfterEachTransaction()
    {
        var stream = NewStream();
        var told = new ToldProgress();

        var done = await Store.ImportAsync(Enumerable.Range(0, 21_000).Select(n => Item(stream, $"{n}")).ToAsyncEnumerable(), told);

        told.Reports.Select(r => r.Events).ShouldBe([10_000, 20_000, 21_000]);
        told.Reports.Select(r => r.Elapsed).ShouldBeInOrder(SortDirection.Ascending);
        (done with { Elapsed = default }).ShouldBe(told.Reports[^1] with { Elapsed = default });
    }

    [Fact]
    public async Task Import_SourceFailsOrIsCancelled_IsTheCallersToSee()
    {
        using var cancellation = new CancellationTokenSource();
        var stream = NewStream();

        await Should.ThrowAsync<InvalidDataException>(() => Store.ImportAsync(Failing()));
        await Should.ThrowAsync<OperationCanceledException>(() => Store.ImportAsync(Cancelling(), null, cancellation.Token));
        (await Store.GetStreamAsync(stream)).ShouldBeNull();

        async IAsyncEnumerable<StreamEvent> Failing()
        {
            yield return Item(stream, "1");
            await Task.CompletedTask;
            throw new InvalidDataException("The file ends early.");
        }

        async IAsyncEnumerable<StreamEvent> Cancelling()
        {
            yield return Item(stream, "1");
            await cancellation.CancelAsync();
            yield return Item(stream, "2");
        }
    }

    private static StreamEvent Item(StreamName stream, string label) => new(stream, new NewEvent(Labelled(label)));

    private sealed class ToldProgress : IProgress<ImportProgress>
    {
        public List<ImportProgress> Reports { get; } = [];

        public void Report(ImportProgress value) => Reports.Add(value);
    }
}
