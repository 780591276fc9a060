using JasperFx.Events.Projections;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Marten.Tests.Projections;
using Marten;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Aggregates;

/// <summary>The application's aggregates of runs and branches in a session.</summary>
public sealed class SessionAggregateTests : IClassFixture<MartenDatabase>, IAsyncDisposable
{
    private readonly MartenDatabase _database;
    private readonly DocumentStore _documents;
    private readonly MartenEventStore _store;
    private readonly string _id = Guid.NewGuid().ToString("N");

    public SessionAggregateTests(MartenDatabase database)
    {
        _database = database;
        _documents = database.CreateDocumentStore(configure: o =>
        {
            o.Projections.SnapshotOfHistory<Journal>(SnapshotLifecycle.Inline);
            o.Projections.Snapshot<RunCounts>(SnapshotLifecycle.Inline);
        });
        _store = new MartenEventStore(_documents);
    }

    private StreamName Run => StreamName.Run(_id);

    private StreamName Branch => StreamName.Branch(_id);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task FetchForWriting_OfABranch_DecidesOnTheWholeHistory()
    {
        await ForkAsync();
        await using var session = _documents.LightweightSession();

        var fetched = await session.Ledger().FetchForWritingAsync<Journal>(Branch);
        fetched.Aggregate!.ToString().ShouldBe("created a, created b, forked at 2");
        fetched.Aggregate.Id.ShouldBe(Branch.Value);
        fetched.AppendOne(new ObjectCreated("d", "Thing"));
        fetched.AppendMany(new ObjectPatched("a"), new ObjectPatched("d"));
        (fetched.StartingVersion, fetched.CurrentVersion).ShouldBe((1, 4));
        session.Store(new Order(_id, "decided"));
        await session.SaveChangesAsync();

        (await session.LoadAsync<Journal>(Branch.Value))!.ToString()
            .ShouldBe("created a, created b, forked at 2, created d, patched a, patched d");
        (await session.LoadAsync<Journal>(Run.Value))!.ToString().ShouldBe("created a, created b, created c");
        (await session.LoadAsync<Order>(_id)).ShouldNotBeNull();
        fetched.TryFastForwardVersion();
        fetched.AppendOne(new ObjectCreated("e", "Thing"));
        await session.SaveChangesAsync();
        (await _store.GetStreamAsync(Branch))!.Version.ShouldBe(new StreamVersion(5));
    }

    [Theory]
    [InlineData("inline")]
    [InlineData("async")]
    [InlineData("live")]
    public async Task FetchManyForWriting_OfARunAndItsBranch_DecidesOnBoth_WithOneSave(string lifecycle)
    {
        await ForkAsync();
        var documents = _database.CreateDocumentStore(configure: o => _ = lifecycle switch
        {
            "inline" => o.Projections.SnapshotOfHistory<Journal>(SnapshotLifecycle.Inline),
            "async" => o.Projections.SnapshotOfHistory<Journal>(SnapshotLifecycle.Async),
            _ => o.Projections.LiveAggregationOfHistory<Journal>(),
        });
        await using var session = documents.LightweightSession();

        var fetched = await session.Ledger().FetchManyForWritingAsync<Journal>([Branch, Run]);
        fetched.Select(f => f.Aggregate!.ToString()).ShouldBe(["created a, created b, forked at 2", "created a, created b, created c"]);
        (await session.Events.FetchManyForWriting<Journal>([Run.Value, Branch.Value])).Select(f => f.Aggregate!.ToString())
            .ShouldBe(["created a, created b, created c", "created a, created b, forked at 2"]);
        (await Should.ThrowAsync<ArgumentException>(() => session.Ledger().FetchManyForWritingAsync<Journal>([Run, Branch, Run])))
            .Message.ShouldContain(Run.Value);
        await using var deciding = documents.LightweightSession();
        fetched = await deciding.Ledger().FetchManyForWritingAsync<Journal>([Branch, Run]);
        fetched[0].AppendOne(new ObjectPatched("a"));
        fetched[1].AppendOne(new ObjectPatched("b"));
        await new AgentLedger(_store).GetRun(_id).AppendAsync([new KitLoaded("faster")]);
        await Should.ThrowAsync<JasperFx.ConcurrencyException>(() => deciding.SaveChangesAsync());
        (await _store.GetStreamAsync(Branch))!.Version.ShouldBe(new StreamVersion(1));
        await using var again = documents.LightweightSession();
        foreach (var stream in await again.Ledger().FetchManyForWritingAsync<Journal>([Branch, Run]))
        {
            stream.AppendOne(new ObjectPatched("a"));
        }

        await again.SaveChangesAsync();
        (await _store.GetStreamAsync(Branch))!.Version.ShouldBe(new StreamVersion(2));
        (await _store.GetStreamAsync(Run))!.Version.ShouldBe(new StreamVersion(5));
    }

    [Fact]
    public async Task FetchForWriting_OvertakenByAnotherWriter_SavesNothing()
    {
        await ForkAsync();
        await using var session = _documents.LightweightSession();
        var fetched = await session.Ledger().FetchForWritingAsync<Journal>(Branch);
        await (await new AgentLedger(_store).OpenAsync(Branch)).AppendAsync([new KitLoaded("first")]);

        fetched.AppendOne(new ObjectCreated("d", "Thing"));
        session.Store(new Order(_id, "decided"));
        await Should.ThrowAsync<JasperFx.ConcurrencyException>(() => session.SaveChangesAsync());

        await using var after = _documents.QuerySession();
        (await after.LoadAsync<Order>(_id)).ShouldBeNull();
        (await _store.GetStreamAsync(Branch))!.Version.ShouldBe(new StreamVersion(2));
    }

    [Fact]
    public async Task FetchForWriting_AgainAfterAnotherWriter_IsSavedAtTheFirstVersion()
    {
        await ForkAsync();
        await using var session = _documents.LightweightSession();
        var first = await session.Ledger().FetchForWritingAsync<Journal>(Branch);
        await (await new AgentLedger(_store).OpenAsync(Branch)).AppendAsync([new KitLoaded("between")]);
        (await session.Ledger().FetchForWritingAsync<Journal>(Branch)).StartingVersion.ShouldBe(2);

        first.AppendOne(new ObjectCreated("d", "Thing"));
        await Should.ThrowAsync<JasperFx.ConcurrencyException>(() => session.SaveChangesAsync());

        (await _store.GetStreamAsync(Branch))!.Version.ShouldBe(new StreamVersion(2));
    }

    [Fact]
    public async Task FetchForWriting_OfARunWithoutEvents_StartsIt()
    {
        await new AgentLedger(_store).StartRunAsync(_id);
        foreach (var stream in new[] { Run, StreamName.Run(_id + "-other") })
        {
            await using var session = _documents.LightweightSession();
            var fetched = await session.Ledger().FetchForWritingAsync<Journal>(stream);
            fetched.Aggregate.ShouldBeNull();
            fetched.AppendOne(new ObjectCreated("a", "Thing"));
            await session.SaveChangesAsync();
            (await session.LoadAsync<Journal>(stream.Value))!.ToString().ShouldBe("created a");
        }
    }

    [Fact]
    public async Task Aggregates_OfTypesWithoutAHistory_AreFoldedForABranch()
    {
        await ForkAsync();
        await using var session = _documents.LightweightSession();
        var ledger = session.Ledger();

        var fetched = await ledger.FetchForWritingAsync<RunCounts>(Branch);
        (fetched.Aggregate!.Created, fetched.Aggregate.Forks, fetched.Aggregate.Id).ShouldBe((2, 1, Branch.Value));
        (await ledger.FetchLatestAsync<RunCounts>(Run))!.Created.ShouldBe(3);
        (await ledger.AggregateHistoryAsync<RunCounts>(Branch, new Position(1)))!.Created.ShouldBe(1);
        (await ledger.AggregateHistoryAsync<RunCounts>(Branch, Position.Start)).ShouldBeNull();
    }

    [Fact]
    public async Task Aggregates_OfNothing_AreRefusedOrNull()
    {
        await ForkAsync();
        await using var session = _documents.LightweightSession();
        var (ledger, missing) = (session.Ledger(), StreamName.Branch("no such branch"));

        (await ledger.FetchLatestAsync<Journal>(missing)).ShouldBeNull();
        await Should.ThrowAsync<StreamNotFoundException>(() => ledger.FetchForWritingAsync<Journal>(missing));
        (await Should.ThrowAsync<PositionOutOfRangeException>(() => ledger.AggregateHistoryAsync<Journal>(Branch, new Position(4)))).Length
            .ShouldBe(new Position(3));
        await Should.ThrowAsync<ArgumentException>(() => new AgentLedger(_store).FetchLatestAsync<Journal>(Branch));
    }

    [Fact]
    public async Task Fork_InASession_BeginsWithTheParentsStateWhenItIsSaved()
    {
        await new AgentLedger(_store).GetRun(_id).AppendAsync([new ObjectCreated("a", "Thing"), new ObjectCreated("b", "Thing")]);
        await using var session = _documents.IdentitySession();
        var parent = await session.LoadAsync<Journal>(Run.Value);
        var run = session.Ledger().GetRun(_id);
        var branch = await run.ForkAsync(new Position(2), new ForkOptions { Id = _id });
        await branch.AppendAsync([new ObjectCreated("c", "Thing")]);
        await session.SaveChangesAsync();

        (await session.LoadAsync<Journal>(Branch.Value))!.ToString().ShouldBe("created a, created b, forked at 2, created c");
        parent!.ToString().ShouldBe("created a, created b");
    }

    [Fact]
    public async Task Fork_NotYetSaved_IsFetchedWithTheSharedEvents()
    {
        var run = new AgentLedger(_store).GetRun(_id);
        await run.AppendAsync([new ObjectCreated("a", "Thing")]);
        await using var session = _documents.LightweightSession();
        var ledger = session.Ledger();
        await ledger.GetRun(_id).ForkAsync(new Position(1), new ForkOptions { Id = _id });

        var fetched = await ledger.FetchForWritingAsync<Journal>(Branch);
        fetched.Aggregate!.ToString().ShouldBe("created a, forked at 1");
        fetched.AppendOne(new ObjectCreated("b", "Thing"));
        (await ledger.FetchLatestAsync<Journal>(Branch))!.ToString().ShouldBe("created a, forked at 1, created b");
        (await ledger.AggregateHistoryAsync<Journal>(Branch, new Position(2)))!.ToString().ShouldBe("created a, forked at 1");
        await session.SaveChangesAsync();

        (await session.LoadAsync<Journal>(Branch.Value))!.ToString().ShouldBe("created a, forked at 1, created b");
    }

    [Fact]
    public async Task FetchForWriting_OfAStreamThatOnlyHasABranchsName_IsRefused()
    {
        await _store.AppendAsync(Branch, ExpectedVersion.Any, []);
        await using var session = _documents.LightweightSession();

        await Should.ThrowAsync<StreamNotFoundException>(() => session.Ledger().FetchForWritingAsync<Journal>(Branch));
    }

    [Fact]
    public async Task Aggregates_ArchivedBeforeTheDaemonCameToThem_AreThoseOfAllEvents()
    {
        var documents = _database.CreateDocumentStore(configure: o =>
        {
            o.DatabaseSchemaName = "late";
            o.Projections.SnapshotOfHistory<Journal>(SnapshotLifecycle.Async);
            o.Projections.Snapshot<RunCounts>(SnapshotLifecycle.Async);
        });
        await ForkAsync();
        await _store.ArchiveAsync(Run);
        await _store.ArchiveAsync(Branch);
        await using var session = documents.LightweightSession();
        var ledger = session.Ledger();

        (await ledger.FetchLatestAsync<Journal>(Run))?.ToString().ShouldBe("created a, created b, created c");
        (await ledger.FetchForWritingAsync<Journal>(Branch)).Aggregate?.ToString().ShouldBe("created a, created b, forked at 2");
        (await ledger.FetchLatestAsync<RunCounts>(Run))?.Created.ShouldBe(3);
    }

    [Fact]
    public void Snapshot_OfAStoreWithoutLedger_IsRefused()
    {
        var fault = Should.Throw<InvalidProjectionException>(() => DocumentStore.For(o =>
        {
            o.Connection(_database.ConnectionString);
            o.Events.StreamIdentity = JasperFx.Events.StreamIdentity.AsString;
            o.Projections.SnapshotOfHistory<Journal>(SnapshotLifecycle.Inline);
        }));

        fault.Message.ShouldContain("UseLedger");
    }

    // The run has three events, of which the branch shares two.
    private async Task ForkAsync()
    {
        var run = new AgentLedger(_store).GetRun(_id);
        await run.AppendAsync([new ObjectCreated("a", "Thing"), new ObjectCreated("b", "Thing"), new ObjectCreated("c", "Thing")]);
        await run.ForkAsync(new Position(2), new ForkOptions { Id = _id });
    }
}
