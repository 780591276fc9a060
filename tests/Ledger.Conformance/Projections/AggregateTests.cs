using System.Text.Json;
using Ledger.Events;
using Ledger.Log;
using Ledger.Projections;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Projections;

/// <summary>Aggregates that are folded on demand, on any store.</summary>
public abstract class AggregateTests(ITestEngine engine) : EventStoreTests(engine)
{
    // The tables of documents are there, because a snapshot is read without being inline.
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        if (await Engine.CreateProjectingStoreAsync(ProjectionSamples.All) is IAsyncDisposable projecting)
        {
            await projecting.DisposeAsync();
        }
    }

    private static UntypedEvent Odd => new("odd", JsonDocument.Parse("{}").RootElement);

    private static Tally Of(int first, int last) => Range(first, last).Aggregate(Tally.Empty, (tally, label) => tally.With(label));

    [Fact]
    public async Task Aggregate_Stream_FoldsItsEvents() =>
        (await Store.AggregateAsync(ProjectionSamples.Tally, await StreamOfAsync(5))).ShouldBe(Of(1, 5));

    [Fact]
    public async Task Aggregate_UnknownStream_IsInitial() =>
        (await Store.AggregateAsync(ProjectionSamples.Tally, NewStream())).ShouldBe(Tally.Empty);

    [Fact]
    public async Task Aggregate_AtPosition_FoldsSoMany() =>
        (await Store.AggregateAsync(ProjectionSamples.Tally, await StreamOfAsync(5), new Position(3))).ShouldBe(Of(1, 3));

    [Fact]
    public async Task Aggregate_BeyondTheEnd_Throws()
    {
        var stream = await StreamOfAsync(2);

        await Should.ThrowAsync<PositionOutOfRangeException>(() => Store.AggregateAsync(ProjectionSamples.Tally, stream, new Position(3)));
    }

    [Fact]
    public async Task Aggregate_Branch_FoldsTheWholeHistory()
    {
        var run = await Runs.OpenAsync(await StreamOfAsync(4));
        var branch = await run.ForkAsync(new Position(2));
        await branch.AppendAsync(Events(1, first: 7));

        (await branch.AggregateAsync(ProjectionSamples.Tally)).ShouldBe(Of(1, 2).With("7"));
        (await Store.AggregateAsync(ProjectionSamples.Tally, branch.StreamName)).ShouldBe(Of(1, 2).With("7"));
        (await Store.AggregateAsync(ProjectionSamples.Tally, branch.History, new Position(1))).ShouldBe(Of(1, 1));
    }

    [Fact]
    public async Task Aggregate_OtherEvents_AreLeftOut()
    {
        var stream = NewStream();
        await Store.AppendAsync(stream, ExpectedVersion.Any, [Labelled("a"), new ToolCalled("t"), Odd, Labelled("b")]);

        (await Store.AggregateAsync(ProjectionSamples.Tally, stream)).ShouldBe(Tally.Empty.With("a").With("b"));
    }

    [Fact]
    public async Task Aggregate_OneFunction_SeesEveryEvent()
    {
        var stream = NewStream();
        await Store.AppendAsync(stream, ExpectedVersion.Any, [Labelled("a"), new ToolCalled("t"), Odd]);
        var trail = new Aggregate<string>("trail", "", (state, recorded) => $"{state}{recorded.Type}@{recorded.Version} ");

        (await Store.AggregateAsync(trail, stream)).ShouldBe("kit.loaded@1 tool.called@2 odd@3 ");
    }

    [Fact]
    public async Task Aggregate_JsonThatDoesNotFit_ThrowsInsteadOfLeavingItOut()
    {
        var stream = NewStream();
        await Store.AppendAsync(stream, ExpectedVersion.Any, [Labelled("a"), Misfit, Labelled("b")]);

        var thrown = await Should.ThrowAsync<EventMisfitException>(() => Store.AggregateAsync(ProjectionSamples.Tally, stream));

        thrown.Message.ShouldBe($"The JSON of event 'kit.loaded' at version 2 of stream '{stream}' does not fit Ledger.KitLoaded: {thrown.Reason} "
            + "Register an upcast of 'kit.loaded' to the type's present form, or handle UntypedEvent.");
        (thrown.EventType, thrown.ExpectedType, thrown.Stream, thrown.Version).ShouldBe(
            ("kit.loaded", typeof(KitLoaded), stream, new StreamVersion(2)));
        await Should.ThrowAsync<EventMisfitException>(() => Store.FetchForWritingAsync(ProjectionSamples.Tally, stream));
        (await Store.AggregateAsync(ProjectionSamples.Tally, stream, new Position(1))).ShouldBe(Tally.Empty.With("a"));
    }

    [Fact]
    public async Task Aggregate_UntypedHandled_IsGivenWhatDoesNotFit()
    {
        var stream = NewStream();
        await Store.AppendAsync(stream, ExpectedVersion.Any, [Labelled("a"), Misfit, Odd]);

        (await Store.AggregateAsync(ProjectionSamples.Tally.On<UntypedEvent>((tally, untyped) => tally.With(untyped.Type)), stream))
            .ShouldBe(Tally.Empty.With("a").With("kit.loaded").With("odd"));
    }

    [Fact]
    public async Task Aggregate_TypeNotHandled_LeavesOutWhatDoesNotFit()
    {
        var stream = NewStream();
        await Store.AppendAsync(stream, ExpectedVersion.Any, [new ToolCalled("t"), Misfit]);
        var tools = new Aggregate<string>("tools", "").On<ToolCalled>((state, called) => state + called.Tool);

        (await Store.AggregateAsync(tools, stream)).ShouldBe("t");
    }

    [Fact]
    public async Task FetchForWriting_NobodyElse_AppendsBehindTheState()
    {
        var stream = await StreamOfAsync(2);

        var fetched = await Store.FetchForWritingAsync(ProjectionSamples.Tally, stream);
        await fetched.AppendAsync(Events(1, first: 3));

        (fetched.State, fetched.Version).ShouldBe((Of(1, 2), new StreamVersion(2)));
        Labels(await ReadAsync(stream)).ShouldBe(Range(1, 3));
    }

    [Fact]
    public async Task FetchForWriting_SomebodyWasFaster_Throws()
    {
        var stream = await StreamOfAsync(2);
        var fetched = await Store.FetchForWritingAsync(ProjectionSamples.Tallies, stream);
        await Store.AppendAsync(stream, ExpectedVersion.Any, Events(1));

        var refused = await Should.ThrowAsync<WrongExpectedVersionException>(() => fetched.AppendAsync(Events(1)));

        (refused.Expected, refused.Actual).ShouldBe((ExpectedVersion.Exactly(new StreamVersion(2)), new StreamVersion(3)));
    }

    [Fact]
    public async Task FetchForWriting_NewStream_BeginsIt()
    {
        var stream = NewStream();

        var fetched = await Store.FetchForWritingAsync(ProjectionSamples.Tally, stream);
        await fetched.AppendAsync(Events(1));

        fetched.State.ShouldBe(Tally.Empty);
        Labels(await ReadAsync(stream)).ShouldBe(["1"]);
    }

    [Fact]
    public async Task FetchForWriting_Branch_HasTheVersionOfItsOwnStream()
    {
        var run = await Runs.OpenAsync(await StreamOfAsync(4));
        var branch = await run.ForkAsync(new Position(2));

        var fetched = await Store.FetchForWritingAsync(ProjectionSamples.Tally, branch.StreamName);
        await fetched.AppendAsync(Events(1));

        (fetched.State, fetched.Version).ShouldBe((Of(1, 2), new StreamVersion(1)));
    }
}
