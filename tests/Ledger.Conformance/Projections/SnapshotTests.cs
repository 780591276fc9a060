using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Ledger.Log;
using Ledger.Projections;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Projections;

/// <summary>Documents of streams that every append keeps true.</summary>
public abstract class SnapshotTests(ITestEngine engine) : ProjectingStoreTests(engine)
{
    [Fact]
    public async Task Append_Snapshot_StandsForTheStream()
    {
        var stream = await StreamOfAsync(3);
        await Store.AppendAsync(stream, ExpectedVersion.Any, Events(2, first: 4));

        (await Documents.LoadAsync(ProjectionSamples.Tallies, stream))
            .ShouldBe(new AggregateState<Tally>(TallyOf(Range(1, 5)), new StreamVersion(5)));
    }

    [Fact]
    public async Task Load_UnknownStream_IsInitial() =>
        (await Documents.LoadAsync(ProjectionSamples.Tallies, NewStream())).ShouldBe(new AggregateState<Tally>(Tally.Empty, StreamVersion.Empty));

    [Fact]
    public async Task Load_StreamOfAnotherPrefix_IsFolded()
    {
        var stream = new StreamName($"other:{NewId()}");
        await Store.AppendAsync(stream, ExpectedVersion.Any, Events(2));

        (await Documents.LoadAsync(ProjectionSamples.Tallies, stream)).State.ShouldBe(TallyOf("1", "2"));
    }

    [Fact]
    public async Task Load_Branch_IsTheWholeHistory()
    {
        var run = await Runs.OpenAsync(await StreamOfAsync(4));
        var branch = await run.ForkAsync(new Position(2));
        await branch.AppendAsync(Events(1, first: 7));

        (await Documents.LoadAsync(ProjectionSamples.Tallies, branch.StreamName))
            .ShouldBe(new AggregateState<Tally>(TallyOf("1", "2", "7"), new StreamVersion(2)));
    }

    [Fact]
    public async Task Append_SeveralStreams_EachHasItsDocument()
    {
        var (left, right) = (NewStream(), NewStream());
        await Store.AppendAsync(
        [
            new StreamAppend(left, ExpectedVersion.Any, [new NewEvent(Labelled("l"))]),
            new StreamAppend(right, ExpectedVersion.Any, [new NewEvent(Labelled("r")), new NewEvent(Labelled("s"))]),
        ]);

        (await Documents.LoadAsync(ProjectionSamples.Tallies, left)).State.ShouldBe(TallyOf("l"));
        (await Documents.LoadAsync(ProjectionSamples.Tallies, right)).State.ShouldBe(TallyOf("r", "s"));
    }

    [Fact]
    public async Task Append_EvolveThrows_IsRefusedWhole()
    {
        var (fine, poisoned) = (NewStream(), await StreamOfAsync(1));
        var poison = new NewEvent(Labelled("poison"));

        var refused = await RefusedAsync<ProjectionFailedException>(
            () => Store.AppendAsync(
            [
                new StreamAppend(fine, ExpectedVersion.Any, [new NewEvent(Labelled("1"))]),
                new StreamAppend(poisoned, ExpectedVersion.Any, [new NewEvent(Labelled("2")), poison]),
            ]),
            $"Projection 'tally' cannot apply event 'kit.loaded' at version 3 of stream '{poisoned}': The kit is poisoned. "
            + "Nothing was written; correct the projection, or append another event.");

        (refused.Projection, refused.Stream, refused.Version, refused.EventId).ShouldBe(("tally", poisoned, new StreamVersion(3), poison.Id));
        (await Store.GetStreamAsync(fine)).ShouldBeNull();
        (await VersionAsync(poisoned)).ShouldBe(new StreamVersion(1));
        (await Documents.LoadAsync(ProjectionSamples.Tallies, poisoned)).State.ShouldBe(TallyOf("1"));
        await Store.AppendAsync(poisoned, ExpectedVersion.Any, Events(1, first: 2));
        (await Documents.LoadAsync(ProjectionSamples.Tallies, poisoned)).State.ShouldBe(TallyOf("1", "2"));
    }

    [Fact]
    public async Task Append_JsonThatDoesNotFit_IsRefused()
    {
        var stream = await StreamOfAsync(1);

        var refused = await Should.ThrowAsync<ProjectionFailedException>(
            () => Store.AppendAsync(stream, ExpectedVersion.Any, [Labelled("2"), Misfit]));

        (refused.Version, refused.InnerException!.GetType()).ShouldBe((new StreamVersion(3), typeof(EventMisfitException)));
        (await Documents.LoadAsync(ProjectionSamples.Tallies, stream)).ShouldBe(new AggregateState<Tally>(TallyOf("1"), new StreamVersion(1)));
    }

    [Fact]
    public async Task Append_Repeated_CountsOnce()
    {
        var stream = NewStream();
        var once = new NewEvent(Labelled("1"));
        await Store.AppendAsync(stream, ExpectedVersion.Any, [once]);
        await Store.AppendAsync(stream, ExpectedVersion.Any, [once]);

        (await Documents.LoadAsync(ProjectionSamples.Tallies, stream)).State.ShouldBe(TallyOf("1"));
    }

    [Fact]
    public async Task FetchForWriting_Snapshot_HasTheNewestState()
    {
        var stream = await StreamOfAsync(3);

        var fetched = await Store.FetchForWritingAsync(ProjectionSamples.Tallies, stream);
        await fetched.AppendAsync(Events(1, first: 4));

        (fetched.State, fetched.Version).ShouldBe((TallyOf(Range(1, 3)), new StreamVersion(3)));
        (await Documents.LoadAsync(ProjectionSamples.Tallies, stream)).State.ShouldBe(TallyOf(Range(1, 4)));
    }

    [Fact]
    public Task Append_AnyHistory_DocumentIsTheFold() =>
        Law.HoldsAsync(Law.ArraysOf(Steps(), upTo: 20), CompareAsync, times: Scale.Of(20, 500));

    private static FsCheck.Gen<(int Stream, int Count, bool IsPoisoned)> Steps() =>
        from stream in Gen.Choose(0, 3)
        from count in Gen.Choose(0, 4)
        from seed in Gen.Choose(0, 9)
        select (stream, count, seed == 0);

    private async Task CompareAsync((int Stream, int Count, bool IsPoisoned)[] steps)
    {
        StreamName[] streams = [NewStream(), NewStream(), NewStream(), NewStream()];
        foreach (var (stream, count, isPoisoned) in steps)
        {
            object[] events = isPoisoned ? [.. Events(count), Labelled("poison")] : Events(count);
            try
            {
                await Store.AppendAsync(streams[stream], ExpectedVersion.Any, events);
            }
            catch (ProjectionFailedException)
            {
                isPoisoned.ShouldBeTrue();
            }
        }

        foreach (var stream in streams)
        {
            var document = await Documents.LoadAsync(ProjectionSamples.Tallies, stream);
            document.ShouldBe(new AggregateState<Tally>(
                await Store.AggregateAsync(ProjectionSamples.Tally, stream), await VersionAsync(stream)));
        }
    }
}
