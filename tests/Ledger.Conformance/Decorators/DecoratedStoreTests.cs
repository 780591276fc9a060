using Ledger.Conformance.Projections;
using Ledger.Log;
using Ledger.Projections;
using Ledger.Records;
using Ledger.Runs;
using Ledger.Tasks;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Decorators;

/// <summary>What works through a decorator that overrides appends alone, and which writes it sees.</summary>
public abstract class DecoratedStoreTests(ITestEngine engine) : ProjectingStoreTests(engine)
{
    private CountingStore? _decorator;

    private CountingStore Decorator => _decorator ??= new CountingStore(Store);

    private AgentLedger Decorated => new(Decorator);

    [Fact]
    public async Task Tasks_AreReadByTheEngine_AndAppendedThroughTheDecorator()
    {
        var tasks = new TaskLedger(Decorator);
        var task = new AgentTask { Id = NewId(), SystemPrompt = "", CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch };

        await tasks.SaveTaskAsync(task);
        await Should.ThrowAsync<UnknownReferenceException>(() => tasks.SaveMessageAsync(
            new Message { Id = NewId(), TaskId = NewId(), Role = MessageRole.User, Content = "", Timestamp = DateTimeOffset.UnixEpoch }));

        (await tasks.FindTaskAsync(task.Id)).ShouldBe(task);
        Decorator.Appends.ShouldBe(2);
    }

    [Fact]
    public async Task Records_AreWrittenByTheEngine_PastTheDecorator()
    {
        await using var records = new ChronoStore(Decorator, $"p-{NewId()}");

        await records.UpsertAsync(new ChronoRecord { Id = "a", Kind = "fact", Label = "kettle" });

        (await records.GetAsync("a"))!.Label.ShouldBe("kettle");
        (await Decorator.GetStreamAsync(records.Stream))!.Version.Value.ShouldBe(1);
        Decorator.Appends.ShouldBe(0);
    }

    [Fact]
    public async Task Worlds_AreAnsweredFromRows_WhereTheEngineHasThem()
    {
        var run = Decorated.GetRun(NewId());

        await run.AppendAsync([new ObjectCreated("a", "Claim"), new ObjectCreated("b", "Claim")]);
        await run.AppendValidatedAsync([new RelationCreated("r", "supports", "a", "b")]);

        (await run.FindObjectAsync("a"))!.Type.ShouldBe("Claim");
        (await run.GetNeighbourhoodAsync("a")).Relations.Count.ShouldBe(1);
        (await run.BlameAsync("a")).Entries.Count.ShouldBe(1);
        Decorator.Get<IWorldReader>().ShouldBeSameAs(Store.Get<IWorldReader>());
        if (Decorator.Get<IWorldReader>() is { } rows)
        {
            (await rows.FindPresentAsync(run.History, ["a", "c"])).Ids.ShouldBe(["a"]);
        }

        Decorator.Appends.ShouldBe(2);
    }

    [Fact]
    public async Task Get_WithoutRows_HasNoWorldReader()
    {
        var store = await Engine.WithoutRows.CreateStoreAsync();

        store.Get<IWorldReader>().ShouldBeNull();

        await ((store as IAsyncDisposable)?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact]
    public async Task Snapshots_AreKeptByTheEngine()
    {
        var run = Decorated.GetRun(NewId());
        await run.AppendAsync([new ObjectCreated("a", "Claim")]);

        await run.SaveSnapshotAsync();

        (await Runs.GetRun(run.Id).LoadSnapshotAsync())!.World.Objects.Count.ShouldBe(1);
        (await run.ReplayAsync()).Comparisons.ShouldContain(c => c.Form == "snapshot");
        Decorator.Appends.ShouldBe(1);
    }

    [Fact]
    public async Task Search_FindsWhatWasAppendedThroughTheDecorator()
    {
        var run = Decorated.GetRun(NewId());
        await run.AppendAsync(Events(3));
        var search = LogSearch.Of(Decorator);

        (await search.FindStreamsAsync(new StreamQuery { Text = run.Id })).Streams.Count.ShouldBe(1);
        (await search.FindEventsAsync(run.History, new EventQuery { Limit = 2 })).Events.Count.ShouldBe(2);
        (await search.FindPositionAsync(run.History, DateTimeOffset.MaxValue)).Value.ShouldBe(3);
        (await run.FindPositionAsync(DateTimeOffset.UnixEpoch)).ShouldBe(Position.Start);
        (Decorator.Get<ILogSearch>() is null).ShouldBe(Store.Get<ILogSearch>() is null);
    }

    [Fact]
    public async Task Aggregates_AreFetchedFromDocuments_AndAppendedThroughTheDecorator()
    {
        var stream = NewStream();
        var fetched = await Decorator.FetchForWritingAsync(ProjectionSamples.Tallies, stream);
        await fetched.AppendAsync(Events(2));
        var again = await Decorator.FetchForWritingAsync(ProjectionSamples.Tally, stream);
        await again.AppendAsync(Events(1, first: 3));

        (await Decorator.AggregateAsync(ProjectionSamples.Tally, stream)).ShouldBe(TallyOf(Range(1, 3)));
        (await Decorator.LoadAsync(ProjectionSamples.Tallies, stream)).State.ShouldBe(TallyOf(Range(1, 3)));
        (await Documents.LoadAsync(ProjectionSamples.Tallies, stream)).Version.Value.ShouldBe(3);
        Decorator.Appends.ShouldBe(2);
    }

    [Fact]
    public async Task Imports_AndForks_AreMembersOfTheirOwn()
    {
        var stream = NewStream();

        await Decorator.ImportAsync(Events(2).Select(e => new StreamEvent(stream, new NewEvent(e))).ToAsyncEnumerable());
        var branch = await Decorated.ForkAsync(stream, new Position(1));

        (await branch.GetLengthAsync()).Value.ShouldBe(2);
        Decorator.Appends.ShouldBe(0);
    }

    [Fact]
    public async Task Rebases_AreOneCallOfTheEngine()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new ObjectCreated("a", "Claim")]);
        var branch = await run.ForkAsync();
        await branch.AppendAsync([new ObjectCreated("b", "Claim")]);
        var failing = new AgentLedger(new CountingStore(Store, before: _ => throw new IOException("cut")));

        var rebased = await (await failing.OpenAsync(branch.StreamName)).RebaseAsync(await failing.OpenAsync(run.StreamName), new() { Id = NewId() });

        (await rebased.Branch.FindObjectAsync("b")).ShouldNotBeNull();
    }

    [Fact]
    public void Get_OwnType_IsTheEngine_AndAnUnknownTypeIsNothing()
    {
        Decorator.Get<IEventStore>().ShouldBeSameAs(Store);
        Decorator.Get<string>().ShouldBeNull();
        Decorator.Get<ITaskReader>().ShouldBeSameAs(Decorator.Get<ITaskReader>());
    }

    [Fact]
    public void Get_AllocatesNothing()
    {
        Ask();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            Ask();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1_000);

        void Ask()
        {
            _ = Decorator.Get<IWorldReader>();
            _ = Decorator.Get<ITaskReader>();
            _ = Decorator.Get<ISnapshotStore>();
            _ = Decorator.Get<IDocumentReader>();
            _ = Decorator.Get<ILogSearch>();
        }
    }
}
