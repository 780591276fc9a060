using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Reading;

/// <summary>Reading all streams in the order of the log.</summary>
public abstract class ReadLogTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task ReadLog_SeveralStreams_GivesThemInTheOrderOfAppends()
    {
        var start = await EndAsync();
        StreamName[] streams = [NewStream(), NewStream(), NewStream()];
        for (var n = 0; n < 12; n++)
        {
            await Store.AppendAsync(streams[n % 3], ExpectedVersion.Any, [Labelled($"{n}a"), Labelled($"{n}b")]);
        }

        var events = await Store.ReadLogAsync(start).Where(e => streams.Contains(e.Stream)).ToListAsync();

        Labels(events).ShouldBe(Enumerable.Range(0, 12).SelectMany(n => new[] { $"{n}a", $"{n}b" }));
        events.Select(e => e.Sequence).ShouldBeInOrder(SortDirection.Ascending);
        events.Select(e => e.Sequence).ShouldBeUnique();
        events.ShouldAllBe(e => e.Position == null);
    }

    [Fact]
    public async Task ReadLog_After_LeavesOutWhatIsKnown()
    {
        var stream = await StreamOfAsync(5);
        var events = await ReadAsync(stream);

        foreach (var known in events)
        {
            var rest = await Store.ReadLogAsync(known.Sequence).Where(e => e.Stream == stream).ToListAsync();

            rest.Select(e => e.Version).ShouldBe(events.Where(e => e.Version > known.Version).Select(e => e.Version));
        }
    }

    [Fact]
    public async Task ReadLog_AfterTheEnd_GivesNothing()
    {
        var end = await EndAsync();

        (await Store.ReadLogAsync(end).ToListAsync()).ShouldBeEmpty();
        (await Store.ReadLogAsync(new SequenceNumber(end.Value + 1_000_000)).ToListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task ReadLog_OneAppendToSeveralStreams_KeepsTheOrderInEach()
    {
        var start = await EndAsync();
        StreamName[] streams = [NewStream(), NewStream()];

        await Store.AppendAsync([.. streams.Select(s => new StreamAppend(s, ExpectedVersion.NoStream, [.. Events(3).Select(e => new NewEvent(e))]))]);

        var events = await Store.ReadLogAsync(start).Where(e => streams.Contains(e.Stream)).ToListAsync();
        events.Count.ShouldBe(6);
        foreach (var stream in streams)
        {
            Labels(events.Where(e => e.Stream == stream)).ShouldBe(["1", "2", "3"]);
        }
    }

    [Fact]
    public async Task ReadLog_ArchivedStream_IsPartOfIt()
    {
        var start = await EndAsync();
        var stream = await StreamOfAsync(2);
        await Store.ArchiveAsync(stream);

        (await Store.ReadLogAsync(start).Where(e => e.Stream == stream).ToListAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task ReadLog_Event_IsTheOneOfItsStream()
    {
        var stream = NewStream();
        var metadata = new EventMetadata { Actor = "agent-1", Causes = [Guid.NewGuid()] };
        await Store.AppendAsync(stream, ExpectedVersion.Any, [new NewEvent(Labelled("a"), metadata) { CorrelationId = "c" }]);

        var own = (await ReadAsync(stream)).Single();
        var inLog = (await Store.ReadLogAsync(new SequenceNumber(own.Sequence.Value - 1)).FirstAsync()).ShouldNotBeNull();

        (inLog.Id, inLog.Stream, inLog.Version, inLog.Type, inLog.Timestamp, inLog.CorrelationId, inLog.CausationId, inLog.Metadata.Actor).ShouldBe(
            (own.Id, own.Stream, own.Version, own.Type, own.Timestamp, "c", $"{metadata.Causes[0]}", "agent-1"));
    }

    private async Task<SequenceNumber> EndAsync() =>
        (await Store.AppendAsync(NewStream(), ExpectedVersion.NoStream, Events(1))).LastSequence;
}
