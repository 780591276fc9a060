using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Ledger.Log;
using Ledger.Marten.Aggregates;
using Ledger.Marten.Streams;
using Ledger.Marten.Tests.Projections;
using Marten;
using Marten.Events.Aggregation;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Aggregates;

public sealed class HistoryProjectionTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly MartenDatabase _database = MartenDatabase.Empty();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Daemon_EventsThatItSkippedInTheParent_AreSkippedInABranch()
    {
        var documents = _database.CreateDocumentStore(configure: o => o.Projections.SnapshotOfHistory<Picky>(SnapshotLifecycle.Async));
        await documents.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await using var store = new MartenEventStore(documents);
        var run = new AgentLedger(store).GetRun("picky");
        await run.AppendAsync([.. new[] { "a", "bad-1", "b", "unreadable", "bad-2", "c" }.Select(id => new ObjectCreated(id, "Thing"))]);
        await _database.ExecuteAsync("update ledger.mt_events set data = '{}' where data ->> 'id' = 'unreadable'");
        using var daemon = await documents.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(Limit);

        // Of the first the parent's document is too new, the second begins with it.
        var early = await run.ForkAsync(new Position(5), new ForkOptions { Id = "early" });
        var late = await run.ForkAsync(new Position(6), new ForkOptions { Id = "late" });
        await early.AppendAsync([new ObjectCreated("d", "Thing")]);
        await late.AppendAsync([new ObjectCreated("d", "Thing")]);
        await daemon.WaitForNonStaleData(Limit);
        await daemon.StopAllAsync();

        await using var session = documents.QuerySession();
        (await session.LoadAsync<Picky>("run:picky"))!.Things.ShouldBe(["a", "b", "c"]);
        (await session.LoadAsync<Picky>("branch:early"))!.Things.ShouldBe(["a", "b", "d"]);
        (await session.LoadAsync<Picky>("branch:late"))!.Things.ShouldBe(["a", "b", "c", "d"]);
        (await session.Query<DeadLetterEvent>().CountAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task StoredState_OfATypeWithRevisions_IsFoundUnlessItIsDeletedOrTooNew()
    {
        var documents = _database.CreateDocumentStore(configure: o =>
        {
            o.Schema.For<Picky>().SoftDeleted();
            o.Projections.SnapshotOfHistory<Picky>(SnapshotLifecycle.Inline);
        });
        await using var store = new MartenEventStore(documents);
        await new AgentLedger(store).GetRun("revised").AppendAsync([new ObjectCreated("a", "Thing"), new ObjectCreated("b", "Thing")]);
        var states = new StoredStates<Picky>(documents);
        await using var session = documents.LightweightSession();

        (await states.FindAsync(session, new LineageSegment("run:revised", 1), default)).ShouldBeNull();
        (await states.FindAsync(session, new LineageSegment("run:other", 9), default)).ShouldBeNull();
        var (state, version) = (await states.FindAsync(session, new LineageSegment("run:revised", 2), default))!.Value;
        version.ShouldBe(2);
        state.Things.ShouldBe(["a", "b"]);

        session.Delete<Picky>("run:revised");
        await session.SaveChangesAsync();
        (await states.FindAsync(session, new LineageSegment("run:revised", 2), default)).ShouldBeNull();
    }

    [Fact]
    public async Task OwnProjection_IsGivenMetadataAndWhatItReads_AlsoForSharedEvents()
    {
        var kits = new OrderedKitsProjection();
        var documents = _database.CreateDocumentStore(configure: o =>
        {
            o.Projections.AddProjectionOfHistory(new ChronicleProjection("made"), ProjectionLifecycle.Inline);
            o.Projections.AddProjectionOfHistory(kits, ProjectionLifecycle.Async);
        });
        await documents.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await using var session = documents.LightweightSession();
        session.Store(new Order("k1", "paid"), new Order("k3", "open"));
        await session.SaveChangesAsync();
        await using var store = new MartenEventStore(documents);
        var run = new AgentLedger(store).GetRun("own");
        await run.AppendAsync([new ObjectCreated("a", "Thing"), new KitLoaded("k1"), new KitLoaded("k2"), new ObjectPatched("a")]);
        var branch = await run.ForkAsync(new Position(3), new ForkOptions { Id = "own" });
        await branch.AppendAsync([new KitLoaded("k3"), new ObjectCreated("b", "Thing")]);
        using var daemon = await documents.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(Limit);

        // The parent's document is too new for the fork, so that the shared events are read again.
        await ShouldBeAsync();
        kits.Published.ShouldBe(["run:own 2", "branch:own 2"], ignoreOrder: true);
        await daemon.RebuildProjectionAsync("chronicles", default);
        await daemon.RebuildProjectionAsync(nameof(OrderedKits), default);
        await ShouldBeAsync();
        kits.Published.Count.ShouldBe(2);
        await daemon.StopAllAsync();

        async Task ShouldBeAsync()
        {
            var chronicle = (await session.LoadAsync<Chronicle>("branch:own"))!;
            (chronicle.ToString(), chronicle.Last).ShouldBe(("made a, forked at 3, made b", "object.created"));
            (await session.LoadAsync<Chronicle>("run:own"))!.Last.ShouldBe("object.patched");
            (await session.LoadAsync<OrderedKits>("run:own"))!.Kits.ShouldBe(["k1 paid", "k2 unknown"]);
            (await session.LoadAsync<OrderedKits>("branch:own"))!.Kits.ShouldBe(["k1 paid", "k2 unknown", "k3 open"]);
        }
    }

    [Fact]
    public void Inline_HasWhatTheApplicationConfigured()
    {
        var projection = new HistoryProjection<Journal>(new SingleStreamProjection<Journal, string>()) { StreamType = typeof(Journal), Name = "named", Version = 3 };
        projection.IncludeType<TagApplied>();
        projection.Options.CacheLimitPerTenant = 7;
        projection.AssembleAndAssertValidity();

        var inline = (HistoryProjection<Journal>)((IProjectionSource<IDocumentOperations, IQuerySession>)projection).BuildForInline();

        (inline.Name, inline.Version, inline.StreamType, inline.Options.CacheLimitPerTenant).ShouldBe(("named", 3u, typeof(Journal), 7));
        inline.AllEventTypes.ShouldContain(typeof(TagApplied));
        inline.IncludedEventTypes.Order(Comparer<Type>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name)))
            .ShouldBe(projection.IncludedEventTypes.Order(Comparer<Type>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name))));
    }
}

/// <summary>An event that no method of an aggregate takes.</summary>
public sealed record TagApplied(string Tag);
