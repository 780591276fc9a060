using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Appending;

/// <summary>One append to several streams: all or nothing.</summary>
public abstract class SeveralStreamsAppendTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Append_SeveralStreams_WritesAll()
    {
        var (stream, existing, empty) = (NewStream(), await StreamOfAsync(2), NewStream());

        var results = await Store.AppendAsync(
            [Part(stream, ExpectedVersion.NoStream, 3), Part(existing, ExpectedVersion.Exactly(new StreamVersion(2)), 1), Part(empty, ExpectedVersion.Any, 0)]);

        results.Select(r => (r.Stream, r.Version.Value)).ShouldBe([(stream, 3), (existing, 3), (empty, 0)]);
        results[0].LastSequence.ShouldBe((await ReadAsync(stream))[^1].Sequence);
        results[1].LastSequence.ShouldBe((await ReadAsync(existing))[^1].Sequence);
        (await Store.GetStreamAsync(empty)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Append_OneStreamNotAsExpected_WritesNothing()
    {
        var (stream, existing) = (NewStream(), await StreamOfAsync(2));

        await RefusedAsync<WrongExpectedVersionException>(
            () => Store.AppendAsync([Part(stream, ExpectedVersion.NoStream, 1), Part(existing, ExpectedVersion.NoStream, 1)]),
            $"Stream '{existing}' is at version 2, but the append expected no stream. "
            + "Nothing was written; read the stream and decide again.");

        (await Store.GetStreamAsync(stream)).ShouldBeNull();
        (await VersionAsync(existing)).ShouldBe(new StreamVersion(2));
    }

    [Fact]
    public async Task Append_OneStreamArchived_WritesNothing()
    {
        var (stream, archived, conflicting) = (NewStream(), await StreamOfAsync(1), await StreamOfAsync(1));
        await Store.ArchiveAsync(archived);

        await Should.ThrowAsync<StreamArchivedException>(() => Store.AppendAsync(
            [Part(conflicting, ExpectedVersion.NoStream, 1), Part(archived, ExpectedVersion.Any, 1), Part(stream, ExpectedVersion.Any, 1)]));

        (await Store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_SeveralConflicts_NamesTheFirst()
    {
        var (first, second) = (await StreamOfAsync(1), await StreamOfAsync(2));
        StreamAppend[] appends = [Part(second, ExpectedVersion.NoStream, 1), Part(first, ExpectedVersion.NoStream, 1)];

        var refused = await Should.ThrowAsync<WrongExpectedVersionException>(() => Store.AppendAsync(appends));
        var reversed = await Should.ThrowAsync<WrongExpectedVersionException>(() => Store.AppendAsync([.. appends.Reverse()]));

        refused.Stream.ShouldBe(second);
        reversed.Stream.ShouldBe(first);
    }

    private static StreamAppend Part(StreamName stream, ExpectedVersion expected, int count) =>
        new(stream, expected, [.. Events(count).Select(e => new NewEvent(e))]);
}
