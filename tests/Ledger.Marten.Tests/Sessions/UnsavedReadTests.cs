using System.Text.Json;
using System.Text.Json.Nodes;
using JasperFx.Events.Projections;
using Ledger.Events;
using Ledger.Json;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Marten.Tests.Aggregates;
using Ledger.Marten.Tests.Projections;
using Ledger.Postgres;
using Ledger.Worlds;
using Marten;
using Marten.Exceptions;
using Marten.Services;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Sessions;

/// <summary>Sessions read the events and branches that they have not saved yet, and fork after them.</summary>
public sealed class UnsavedReadTests : IClassFixture<MartenDatabase>, IAsyncDisposable
{
    private readonly MartenDatabase _database;
    private readonly DocumentStore _documents;
    private readonly MartenEventStore _store;
    private readonly PostgresEventStore _native;
    private readonly string _id = Guid.NewGuid().ToString("N");

    public UnsavedReadTests(MartenDatabase database)
    {
        _database = database;
        _documents = database.CreateDocumentStore(configure: o =>
        {
            o.SnapshotWorlds(ProjectionLifecycle.Inline);
            o.Projections.SnapshotOfHistory<Journal>(SnapshotLifecycle.Inline);
            o.Projections.Snapshot<RunCounts>(SnapshotLifecycle.Inline);
        });
        _store = new MartenEventStore(_documents);
        _native = new PostgresEventStore(database.DataSource);
    }

    public async ValueTask DisposeAsync()
    {
        await _native.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Reads_WithUnsavedEvents_AreThoseAfterTheSave()
    {
        var outside = new AgentLedger(_store).GetRun(_id);
        await outside.AppendAsync([new ObjectCreated("a", "Claim", new JsonObject { ["n"] = 1 }), new KitLoaded("k")]);
        await using var session = _documents.LightweightSession();
        var run = session.Ledger().GetRun(_id);
        var metadata = new EventMetadata { Actor = "kettle", Source = "test" };
        await run.AppendAsync([new NewEvent(new ObjectPatched("a", new JsonObject { ["n"] = 2 }), metadata), new UntypedEvent("odd", JsonElement.Parse("""{"x":1.50}"""))]);
        session.Events.Append($"run:{_id}", new ObjectCreated("b", "Claim", []), new Unregistered("mine"));
        session.Events.Append($"run:{_id}-new", new ObjectCreated("c", "Claim", []));

        var events = await run.ReadAllAsync();
        var parts = new[]
        {
            await run.ReadAsync(new Position(1), new Position(3)).ToListAsync(),
            await run.ReadAsync(new Position(4)).ToListAsync(),
            await session.Ledger().Store.ReadForwardAsync(run.StreamName, new StreamVersion(2), new StreamVersion(5)).ToListAsync(),
            await session.Ledger().Store.ReadBackwardAsync(run.StreamName, new StreamVersion(4), new StreamVersion(2)).ToListAsync(),
            await session.Ledger().Store.ReadBackwardAsync(run.StreamName).ToListAsync(),
        };
        var found = await session.Ledger().Store.FindEventsAsync([events[0].Id, events[2].Id, events[4].Id]);
        var world = await run.GetWorldAsync();
        var objects = await run.ReadObjectsAsync(new ObjectFilter { Type = "Claim" }).CountAsync();
        (await run.GetLengthAsync()).ShouldBe(new Position(6));
        (await (await session.Ledger().OpenAsync($"{_id}-new")).GetLengthAsync()).ShouldBe(new Position(1));
        (await session.Ledger().FetchLatestAsync<RunCounts>(run.StreamName))!.Created.ShouldBe(2);
        (await session.Ledger().FetchForWritingAsync<RunCounts>(StreamName.Run($"{_id}-new"))).Aggregate!.Created.ShouldBe(1);
        await Should.ThrowAsync<InvalidOperationException>(() => run.SaveSnapshotAsync());
        (await outside.GetLengthAsync()).ShouldBe(new Position(2));

        await session.SaveChangesAsync();

        (await outside.ReadAllAsync()).Select(Described).ShouldBe(events.Select(Described));
        events.Select(e => e.Position!.Value.Value).ShouldBe(Enumerable.Range(0, 6).Select(i => (long)i));
        parts.Select(part => string.Join(' ', part.Select(e => e.Version.Value))).ShouldBe(["2 3", "5 6", "2 3 4 5", "4 3 2", "6 5 4 3 2 1"]);
        found.Select(e => e.Version.Value).Order().ShouldBe([1L, 3L, 5L]);
        events[2].Metadata.Actor.ShouldBe("kettle");
        world.ToString().ShouldBe((await outside.GetWorldAsync()).ToString());
        objects.ShouldBe(2);
        (await run.GetLengthAsync()).ShouldBe(new Position(6));
    }

    [Fact]
    public async Task Fork_OfUnsavedEvents_AndOfItself_IsSavedWithThem()
    {
        await using var session = _documents.LightweightSession();
        var run = session.Ledger().GetRun(_id);
        await run.AppendAsync([new ObjectCreated("a", "Claim", new JsonObject { ["n"] = 1 }), new ObjectCreated("b", "Claim", [])]);
        session.Events.Append(run.StreamName.Value, new ObjectCreated("c", "Claim", []));
        var branch = await run.ForkAsync(new Position(1), new ForkOptions { Id = _id });
        await branch.AppendAsync([new ObjectPatched("a", new JsonObject { ["n"] = 2 }), new ObjectCreated("d", "Claim", [])]);
        var twig = await branch.ForkAsync(new ForkOptions { Id = $"{_id}-twig" });
        var stream = await session.Ledger().FetchForWritingAsync<Journal>(twig.StreamName);
        stream.Aggregate!.ToString().ShouldBe("created a, forked at 1, patched a, created d, forked at 4");
        stream.AppendOne(new ObjectRemoved("d"));
        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["n"] = 3 })]);
        session.Events.Append(run.StreamName.Value, new KitLoaded("k"));
        var late = await run.ForkAsync();
        (await Should.ThrowAsync<ForkPositionException>(() => run.ForkAsync(new Position(6)))).Length.ShouldBe(new Position(5));
        Run[] runs = [run, branch, twig, late];
        var worlds = new List<string>();
        foreach (var unsaved in runs)
        {
            worlds.Add(Described(await unsaved.GetWorldAsync()));
        }

        (await session.Ledger().AggregateHistoryAsync<Journal>(twig.StreamName, new Position(3)))!.ToString().ShouldBe("created a, forked at 1, patched a");
        await session.SaveChangesAsync();

        foreach (var (saved, world) in runs.Zip(worlds))
        {
            var events = await (await new AgentLedger(_native).OpenAsync(saved.StreamName)).ReadAllAsync();
            Described(World.Fold(events)).ShouldBe(world);
            events.Select(e => e.Timestamp).ShouldBe(events.Select(e => e.Timestamp).Order());
            Described(await (await new AgentLedger(_native).OpenAsync(saved.StreamName)).GetWorldAsync()).ShouldBe(world);
            Described((await session.LoadAsync<LedgerWorld>(saved.StreamName.Value))!.ToWorld()).ShouldBe(world);
            (await session.LoadAsync<Journal>(saved.StreamName.Value))?.ToString().ShouldBe(Journal.Fold(events));
        }

        (await _native.GetBranchAsync(twig.StreamName))!.ForkPosition.ShouldBe(new Position(4));
        await Should.ThrowAsync<StreamNotFoundException>(() => session.Ledger().ForkAsync(StreamName.Run($"{_id}-none")));
    }

    [Fact]
    public async Task Fork_OfAStreamThatMartenStarts_IsRefused_AndASessionThatIsForgottenLeavesNothing()
    {
        await using (var session = _documents.LightweightSession())
        {
            session.Events.StartStream($"run:{_id}", new ObjectCreated("a", "Claim", []));
            (await Should.ThrowAsync<InvalidOperationException>(() => session.Ledger().GetRun(_id).ForkAsync(new Position(1)))).Message.ShouldStartWith(
                $"'run:{_id}' was started in this session by Marten's StartStream, and cannot be forked before it is saved.");
            var other = session.Ledger().GetRun($"{_id}-other");
            await other.AppendAsync([new KitLoaded("k")]);
            await other.ForkAsync(new ForkOptions { Id = _id });
        }

        (await _native.GetBranchAsync(StreamName.Branch(_id))).ShouldBeNull();
        (await _native.GetStreamAsync(StreamName.Run($"{_id}-other"))).ShouldBeNull();
    }

    [Fact]
    public async Task Listener_OfTheCommit_ReadsEachEventOnce_AlsoAfterItFails_AndFindsTheSnapshotThatWasDue()
    {
        var listener = new Listener();
        var documents = _database.CreateDocumentStore(configure: o => o.Listeners.Insert(0, listener));
        await using var session = documents.LightweightSession();
        var ledger = new AgentLedger(session.Ledger().Store, new AgentLedgerOptions { SnapshotEvery = 2 });
        var run = ledger.GetRun(_id);
        await run.AppendAsync([new ObjectCreated("a", "Claim", [])]);
        await run.AppendAsync([new KitLoaded("k")]);
        var seen = new List<string>();
        listener.AfterCommit = async () => seen.Add(
            $"{await run.GetLengthAsync()} {string.Join(',', (await run.ReadAllAsync()).Select(e => e.Version))} {(await run.GetWorldAsync()).Position}");
        await session.SaveChangesAsync();

        (await run.LoadSnapshotAsync())!.Position.ShouldBe(new Position(2));
        await run.AppendAsync([new KitLoaded("l")]);
        (await run.GetLengthAsync()).ShouldBe(new Position(3));
        listener.AfterCommit = () => throw new TimeoutException();
        await Should.ThrowAsync<TimeoutException>(() => session.SaveChangesAsync());

        seen.ShouldBe(["2 1,2 2"]);
        (await run.GetLengthAsync()).ShouldBe(new Position(3));
        (await session.Ledger().AggregateHistoryAsync<RunCounts>(run.StreamName))!.Kits.ShouldBe(2);
    }

    [Fact]
    public async Task Events_OfMartensCalls_HaveTheTimeOfTheRead_AndTheirStreamsAreListed()
    {
        await new AgentLedger(_store).GetRun($"{_id}-b").AppendAsync([new KitLoaded("k")]);
        await using var session = _documents.LightweightSession();
        foreach (var name in (string[])["c", "a", "b"])
        {
            session.Events.Append($"run:{_id}-{name}", new ObjectCreated(name, "Claim", []));
        }

        var run = session.Ledger().GetRun($"{_id}-b");
        var times = (await run.ReadAllAsync()).Select(e => e.Timestamp).ToList();
        times.ShouldBe(times.Order());
        (await run.FindPositionAsync(times[0].AddDays(-1))).ShouldBe(Position.Start);
        (await session.Ledger().GetRun($"{_id}-a").GetWorldAsync(times[0].AddDays(-1))).Objects.ShouldBeEmpty();
        var listed = await session.Ledger().Store.ListStreamsAsync($"run:{_id}").ToListAsync();
        listed.Select(s => $"{s.Name} {s.Version}").ShouldBe([$"run:{_id}-a 1", $"run:{_id}-b 2", $"run:{_id}-c 1"]);
        listed.ShouldAllBe(s => s.UpdatedAt >= times[0]);
    }

    [Fact]
    public async Task Branch_AfterAFailedSave_StillHasItsPrefix()
    {
        await new AgentLedger(_store).GetRun(_id).AppendAsync([new ObjectCreated("a", "Claim", new JsonObject { ["n"] = 1 }), new KitLoaded("k")]);
        await using var session = _documents.LightweightSession();
        var branch = await session.Ledger().GetRun(_id).ForkAsync(new ForkOptions { Id = _id });
        await branch.AppendAsync([new ObjectPatched("a", new JsonObject { ["n"] = 2 })]);
        var world = Described(await branch.GetWorldAsync());
        session.QueueSqlCommand("select 1 / (count(*) - count(*)) from ledger.mt_streams");
        await Should.ThrowAsync<MartenException>(() => session.SaveChangesAsync());

        var again = await session.Ledger().OpenAsync(branch.StreamName);
        again.History.PrefixLength.ShouldBe(new Position(2));
        Described(await again.GetWorldAsync()).ShouldBe(world);
        (await session.Ledger().Store.FindHistoriesAsync([branch.StreamName]))[0].Root.ShouldBe(StreamName.Run(_id));
    }

    [Fact]
    public async Task UnsavedEvents_OfOneRun_LeaveTheRowsOfTheOthers()
    {
        var saved = new AgentLedger(_store).GetRun(_id);
        await saved.AppendAsync([new ObjectCreated("a", "Claim", new JsonObject { ["n"] = 1 })]);
        await using var session = _documents.LightweightSession();
        session.Events.Append($"run:{_id}-new", new ObjectCreated("b", "Claim", []));
        var (run, begun) = (session.Ledger().GetRun(_id), session.Ledger().GetRun($"{_id}-new"));
        var rows = session.Ledger().Store.Get<IWorldReader>().ShouldNotBeNull();

        Described(await rows.GetWorldAsync(run.History)).ShouldBe(Described(await saved.GetWorldAsync()));
        Described(await rows.GetWorldAsync(begun.History)).ShouldBe(Described(World.Fold(await begun.ReadAllAsync())));
        var diff = await rows.DiffAsync(run.History, null, begun.History, null);
        diff.AddedObjects.ShouldBe(["b"]);
        diff.RemovedObjects.ShouldBe(["a"]);
        (await run.SaveSnapshotAsync()).Position.ShouldBe(new Position(1));
        await Should.ThrowAsync<InvalidOperationException>(() => begun.SaveSnapshotAsync());
    }

    private static string Described(RecordedEvent e) =>
        $"{e.Stream} {e.Version} {e.Position} {e.Id} {e.Type} {CanonicalJson.ToText(e.ToJsonElement())} {e.CorrelationId} {e.CausationId} {e.Metadata.Actor} {e.Metadata.Source}";

    private static string Described(World world) => CanonicalJson.ToText(JsonElement.Parse(world.ToString()));

    private sealed class Listener : DocumentSessionListenerBase
    {
        public Func<Task> AfterCommit { get; set; } = () => Task.CompletedTask;

        public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token) => AfterCommit();
    }
}

/// <summary>An event of the application that Ledger's registry does not have.</summary>
public sealed record Unregistered(string Text);
