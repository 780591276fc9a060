using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Appending;

/// <summary>An append to one stream.</summary>
public abstract class AppendTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Append_ToAbsentStream_CreatesIt()
    {
        var stream = NewStream();

        var result = await Store.AppendAsync(stream, ExpectedVersion.Any, Events(3));

        result.Stream.ShouldBe(stream);
        result.Version.ShouldBe(new StreamVersion(3));
        result.Outcome.ShouldBe(AppendOutcome.Written);
        var events = await ReadAsync(stream);
        Labels(events).ShouldBe(["1", "2", "3"]);
        events.Select(e => e.Version.Value).ShouldBe([1L, 2, 3]);
        events.ShouldAllBe(e => e.Stream == stream && e.Position == null);
        result.LastSequence.ShouldBe(events[^1].Sequence);
    }

    [Fact]
    public async Task Append_AnyVersion_GoesToTheEnd()
    {
        var stream = await StreamOfAsync(2);

        var result = await Store.AppendAsync(stream, ExpectedVersion.Any, Events(2, first: 3));

        result.Version.ShouldBe(new StreamVersion(4));
        Labels(await ReadAsync(stream)).ShouldBe(Range(1, 4));
    }

    [Fact]
    public async Task Append_ExactVersion_Goes()
    {
        var stream = await StreamOfAsync(2);

        var result = await Store.AppendAsync(stream, ExpectedVersion.Exactly(new StreamVersion(2)), Events(1, first: 3));

        result.Version.ShouldBe(new StreamVersion(3));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Append_OtherVersion_Throws(long expected)
    {
        var stream = await StreamOfAsync(2);

        var refused = await RefusedAsync<WrongExpectedVersionException>(
            () => Store.AppendAsync(stream, ExpectedVersion.Exactly(new StreamVersion(expected)), Events(1)),
            $"Stream '{stream}' is at version 2, but the append expected version {expected}. "
            + "Nothing was written; read the stream and decide again.");

        refused.Stream.ShouldBe(stream);
        refused.Expected.ShouldBe(ExpectedVersion.Exactly(new StreamVersion(expected)));
        refused.Actual.ShouldBe(new StreamVersion(2));
        (await VersionAsync(stream)).ShouldBe(new StreamVersion(2));
    }

    [Fact]
    public async Task Append_NoStreamButEvents_Throws()
    {
        var stream = await StreamOfAsync(1);

        await RefusedAsync<WrongExpectedVersionException>(
            () => Store.AppendAsync(stream, ExpectedVersion.NoStream, Events(1)),
            $"Stream '{stream}' is at version 1, but the append expected no stream. "
            + "Nothing was written; read the stream and decide again.");
    }

    [Fact]
    public async Task Append_VersionOfAbsentStream_LeavesNoStream()
    {
        var stream = NewStream();

        await RefusedAsync<WrongExpectedVersionException>(
            () => Store.AppendAsync(stream, ExpectedVersion.Exactly(new StreamVersion(1)), Events(1)),
            $"Stream '{stream}' is at version 0, but the append expected version 1. "
            + "Nothing was written; read the stream and decide again.");

        (await Store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_NoEventsToAbsentStream_CreatesItAtZero()
    {
        var stream = NewStream();

        var result = await Store.AppendAsync(stream, ExpectedVersion.NoStream, []);

        result.ShouldBe(new AppendResult(stream, StreamVersion.Empty, SequenceNumber.Start, AppendOutcome.Written));
        var info = (await Store.GetStreamAsync(stream)).ShouldNotBeNull();
        info.Version.ShouldBe(StreamVersion.Empty);
        info.UpdatedAt.ShouldBe(info.CreatedAt);
        (await ReadAsync(stream)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Append_NoEvents_AnswersTheVersion()
    {
        var stream = await StreamOfAsync(2);

        var result = await Store.AppendAsync(stream, ExpectedVersion.Exactly(new StreamVersion(2)), []);

        result.ShouldBe(new AppendResult(stream, new StreamVersion(2), SequenceNumber.Start, AppendOutcome.Written));
    }

    [Fact]
    public async Task Append_NoEventsAndOtherVersion_Throws()
    {
        var stream = await StreamOfAsync(2);

        await Should.ThrowAsync<WrongExpectedVersionException>(() => Store.AppendAsync(stream, ExpectedVersion.NoStream, []));
    }

    [Fact]
    public async Task Append_StreamAtZero_CountsAsNoStream()
    {
        var stream = NewStream();
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, []);

        await Store.AppendAsync(stream, ExpectedVersion.NoStream, []);
        var result = await Store.AppendAsync(stream, ExpectedVersion.NoStream, Events(1));

        result.Version.ShouldBe(new StreamVersion(1));
    }

    [Fact]
    public async Task Append_ManyEvents_KeepsTheirOrder()
    {
        var stream = await StreamOfAsync(1_200);

        Labels(await ReadAsync(stream)).ShouldBe(Range(1, 1_200));
    }

    [Fact]
    public async Task Append_ArchivedStream_Throws()
    {
        var stream = await StreamOfAsync(1);
        await Store.ArchiveAsync(stream);

        var refused = await RefusedAsync<StreamArchivedException>(
            () => Store.AppendAsync(stream, ExpectedVersion.Exactly(new StreamVersion(7)), Events(1)),
            $"Stream '{stream}' is archived and takes no further events. Nothing was written; fork it to continue from its history.");

        refused.Stream.ShouldBe(stream);
        (await VersionAsync(stream)).ShouldBe(new StreamVersion(1));
    }

    [Fact]
    public async Task Append_NoEventsToArchivedStream_Throws()
    {
        var stream = await StreamOfAsync(1);
        await Store.ArchiveAsync(stream);

        await Should.ThrowAsync<StreamArchivedException>(() => Store.AppendAsync(stream, ExpectedVersion.Any, []));
    }

    [Fact]
    public async Task Append_CancelledToken_WritesNothing()
    {
        var stream = NewStream();

        await Should.ThrowAsync<OperationCanceledException>(
            () => Store.AppendAsync(stream, ExpectedVersion.Any, Events(1), new CancellationToken(canceled: true)));

        (await Store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_GivenIds_KeepsThem()
    {
        var stream = NewStream();
        NewEvent[] events = [new(Labelled("a")) { Id = Guid.NewGuid() }, new(Labelled("b"))];

        await Store.AppendAsync(stream, ExpectedVersion.Any, events);

        (await ReadAsync(stream)).Select(e => e.Id).ShouldBe(events.Select(e => e.Id));
        events[1].Id.Version.ShouldBe(7);
    }

    [Fact]
    public async Task Append_NameOfAnyKind_IsTakenAsItStands()
    {
        foreach (var name in new[] { $"Ä 'quoted' \"name\" {NewId()}", $"%_\\{NewId()}", $"日本\U0001F600:{NewId()}", $":{NewId()}", NewId().PadRight(500, 'x') })
        {
            var stream = new StreamName(name);

            await Store.AppendAsync(stream, ExpectedVersion.NoStream, Events(1));

            (await ReadAsync(stream)).Single().Stream.ShouldBe(stream);
            (await Store.GetStreamAsync(stream)).ShouldNotBeNull().Name.ShouldBe(stream);
        }
    }
}
