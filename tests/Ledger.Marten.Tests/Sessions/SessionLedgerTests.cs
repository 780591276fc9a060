using System.Text.Json.Nodes;
using JasperFx.Events.Projections;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Marten.Tests.Projections;
using Ledger.Postgres;
using Ledger.Tasks;
using Marten;
using Marten.Exceptions;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Sessions;

public sealed class SessionLedgerTests : IClassFixture<MartenDatabase>, IAsyncDisposable
{
    private readonly MartenDatabase _database;
    private readonly DocumentStore _documents;
    private readonly MartenEventStore _store;
    private readonly string _id = Guid.NewGuid().ToString("N");

    public SessionLedgerTests(MartenDatabase database)
    {
        _database = database;
        _documents = database.CreateDocumentStore(configure: o => o.Projections.Snapshot<RunCounts>(SnapshotLifecycle.Inline));
        _store = new MartenEventStore(_documents);
    }

    private StreamName Stream => StreamName.Run(_id);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Merge_InASession_IsWrittenWithItsDocuments()
    {
        var run = new AgentLedger(_store).GetRun(_id);
        await run.AppendAsync([new ObjectCreated("a", "T", new JsonObject { ["x"] = 1 })]);
        var branch = await run.ForkAsync();
        await branch.AppendAsync([new ObjectPatched("a", new JsonObject { ["x"] = 2 })]);

        await using var session = _documents.LightweightSession();
        session.Store(new Order(_id, "merged"));
        var ledger = session.Ledger();
        var merged = await ledger.GetRun(_id).MergeAsync(await ledger.OpenAsync(branch.StreamName));
        (await run.GetLengthAsync()).ShouldBe(new Position(1));
        await session.SaveChangesAsync();

        merged.Length.ShouldBe(new Position(3));
        (await run.FindObjectAsync("a"))!.Data["x"].GetInt32().ShouldBe(2);
        (await session.LoadAsync<Order>(_id)).ShouldNotBeNull();
        (await session.LoadAsync<RunCounts>(Stream.Value)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Rebase_InASaveThatFails_LeavesNoBranch()
    {
        var run = new AgentLedger(_store).GetRun(_id);
        await run.AppendAsync([new ObjectCreated("a", "T")]);
        var branch = await run.ForkAsync();
        await branch.AppendAsync([new ObjectCreated("b", "T")]);

        await using (var session = _documents.LightweightSession())
        {
            session.Store(new Order(_id, "rebased"));
            var ledger = session.Ledger();
            var rebased = await (await ledger.OpenAsync(branch.StreamName)).RebaseAsync(await ledger.OpenAsync(run.StreamName), new() { Id = $"{_id}-again" });
            rebased.Length.ShouldBe(new Position(4));
            session.QueueSqlCommand("select 1 / (count(*) - count(*)) from ledger.mt_streams");

            await Should.ThrowAsync<MartenException>(() => session.SaveChangesAsync());
        }

        (await _store.GetStreamAsync(StreamName.Branch($"{_id}-again"))).ShouldBeNull();
        (await _store.GetBranchAsync(StreamName.Branch($"{_id}-again"))).ShouldBeNull();
        await using var query = _documents.QuerySession();
        (await query.LoadAsync<Order>(_id)).ShouldBeNull();
        (await branch.RebaseAsync(run, new() { Id = $"{_id}-again" })).Length.ShouldBe(new Position(4));
    }

    [Fact]
    public async Task Save_WritesDocumentAndEvents()
    {
        await using var session = _documents.LightweightSession();
        session.Store(new Order(_id, "placed"));
        var length = await session.Ledger().GetRun(_id).AppendAsync([new KitLoaded("a"), new KitLoaded("b")]);
        (await _store.GetStreamAsync(Stream)).ShouldBeNull();

        await session.SaveChangesAsync();

        length.ShouldBe(new Position(2));
        (await session.LoadAsync<Order>(_id))!.State.ShouldBe("placed");
        (await session.LoadAsync<RunCounts>(Stream.Value))!.Kits.ShouldBe(2);
        (await _store.ReadForwardAsync(Stream).CountAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task Save_ThatFails_WritesNeither()
    {
        await using (var session = _documents.LightweightSession())
        {
            session.Store(new Order(_id, "placed"));
            await session.Ledger().GetRun(_id).AppendAsync([new KitLoaded("a")]);
            session.QueueSqlCommand("select 1 / (count(*) - count(*)) from ledger.mt_streams");

            await Should.ThrowAsync<MartenException>(() => session.SaveChangesAsync());
        }

        await using var after = _documents.QuerySession();
        (await after.LoadAsync<Order>(_id)).ShouldBeNull();
        (await _store.GetStreamAsync(Stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Session_ThatIsNotSaved_LeavesNothingAndLocksNothing()
    {
        await using (var session = _documents.LightweightSession())
        {
            await session.Ledger().GetRun(_id).AppendAsync([new KitLoaded("a")]);
        }

        (await _store.GetStreamAsync(Stream)).ShouldBeNull();
        await _store.AppendAsync(Stream, ExpectedVersion.NoStream, [new KitLoaded("other")]);
    }

    [Fact]
    public async Task Append_OfAStaleLength_IsRefusedAtOnce()
    {
        await _store.AppendAsync(Stream, ExpectedVersion.NoStream, [new KitLoaded("first")]);
        await using var session = _documents.LightweightSession();

        await Should.ThrowAsync<WrongExpectedVersionException>(
            () => session.Ledger().GetRun(_id).AppendAsync([new KitLoaded("second")], Position.Start));
    }

    [Fact]
    public async Task Append_SeveralTimesAndAFork_KeepTheirOrder()
    {
        await using var session = _documents.LightweightSession();
        var run = session.Ledger().GetRun(_id);
        await run.AppendAsync([new KitLoaded("a")]);
        await run.AppendAsync([new KitLoaded("b")], new Position(1));
        await session.SaveChangesAsync();
        var branch = await run.ForkAsync(new Position(1));
        await branch.AppendAsync([new KitLoaded("c")]);
        await session.SaveChangesAsync();

        var kits = await new AgentLedger(_store).GetRun(_id).ReadAsync().Select(e => ((KitLoaded)e.Data).Kit).ToListAsync();
        kits.ShouldBe(["a", "b"]);
        var history = (await _store.GetHistoryAsync(branch.StreamName))!;
        (await _store.ReadHistoryAsync(history).Select(e => e.Type).ToListAsync()).ShouldBe(["kit.loaded", "branch.created", "kit.loaded"]);
    }

    [Fact]
    public async Task Fork_InASaveThatMartenRepeats_IsABranch()
    {
        await _store.AppendAsync(Stream, ExpectedVersion.NoStream, [new ObjectCreated("a", "Claim", [])]);
        await using var session = _documents.LightweightSession();
        var branches = new[] { await session.Ledger().GetRun(_id).ForkAsync(), await session.Ledger().GetRun(_id).ForkAsync() };
        await _database.FailOnceAsync(session);
        await session.SaveChangesAsync();

        (await _store.ListBranchesAsync(Stream).Select(b => b.Stream).ToListAsync()).ShouldBe(branches.Select(b => b.StreamName), ignoreOrder: true);
        var history = (await _store.GetHistoryAsync(branches[1].StreamName))!;
        (await _store.ReadHistoryAsync(history).Select(e => e.Type).ToListAsync()).ShouldBe(["object.created", "branch.created"]);
    }

    [Fact]
    public async Task Append_Repeated_IsWrittenOnce()
    {
        var appended = new NewEvent(new KitLoaded("once"));
        for (var i = 0; i < 2; i++)
        {
            await using var session = _documents.LightweightSession();
            session.Store(new Order($"{_id}-{i}", "placed"));
            await session.Ledger().GetRun(_id).AppendAsync([appended]);
            await session.SaveChangesAsync();
        }

        (await _store.ReadForwardAsync(Stream).CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Append_OfMartensOwn_RunsLedgersProjections()
    {
        await using var session = _documents.LightweightSession();
        session.Events.Append(Stream.Value, new ObjectCreated("a", "Claim", []));
        await session.SaveChangesAsync();

        (await _database.TextAsync("select h.version::text from ledger.world_head as h where h.stream = $1", Stream.Value)).ShouldBe("1");
        await using var native = new PostgresEventStore(_database.DataSource);
        (await new AgentLedger(native).GetRun(_id).FindObjectAsync("a"))!.Type.ShouldBe("Claim");
    }

    [Fact]
    public async Task Start_WithoutEvents_IsWrittenWithTheSession()
    {
        await using var session = _documents.LightweightSession();
        await session.Ledger().StartRunAsync(_id);
        (await _store.GetStreamAsync(Stream)).ShouldBeNull();

        await session.SaveChangesAsync();

        (await _store.GetStreamAsync(Stream))!.Version.ShouldBe(StreamVersion.Empty);
    }

    [Fact]
    public async Task Tasks_InASession_AreSavedWithItsDocuments()
    {
        var task = new AgentTask { Id = _id, SystemPrompt = "", CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch };
        await using (var forgotten = _documents.LightweightSession())
        {
            await new TaskLedger(forgotten.Ledger().Store).SaveTaskAsync(task);
        }

        (await new TaskLedger(_store).FindTaskAsync(_id)).ShouldBeNull();
        await using var session = _documents.LightweightSession();
        session.Store(new Order(_id, "placed"));
        await new TaskLedger(session.Ledger().Store).SaveTaskAsync(task);
        await session.SaveChangesAsync();

        (await new TaskLedger(_store).FindTaskAsync(_id)).ShouldBe(task);
        (await session.LoadAsync<Order>(_id)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Reads_InASession_AreAnsweredFromRows()
    {
        await _store.AppendAsync(Stream, ExpectedVersion.NoStream, [new ObjectCreated("a", "Claim", [])]);
        await using var session = _documents.LightweightSession();

        (await session.Ledger().GetRun(_id).FindObjectAsync("a"))!.Type.ShouldBe("Claim");
        session.Ledger().Store.Get<Ledger.Worlds.IWorldReader>().ShouldNotBeNull();
    }

    [Fact]
    public void Records_InASession_AreRefused()
    {
        using var session = _documents.LightweightSession();

        Should.Throw<ArgumentException>(() => new Ledger.Records.ChronoStore(session.Ledger().Store, "p"));
    }

    [Fact]
    public async Task Append_InManySessionsAtOnce_WritesEveryEventOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async n =>
        {
            await using var session = _documents.LightweightSession();
            session.Store(new Order($"{_id}-{n}", "placed"));
            await session.Ledger().GetRun(_id).AppendAsync([new KitLoaded($"{n}")]);
            await session.SaveChangesAsync();
        }));

        var kits = await _store.ReadForwardAsync(Stream).Select(e => ((KitLoaded)e.Data).Kit).ToListAsync();
        kits.Order().ShouldBe(Enumerable.Range(0, 16).Select(n => $"{n}").Order());
        await using var reading = _documents.QuerySession();
        (await reading.LoadAsync<RunCounts>(Stream.Value))!.Kits.ShouldBe(16);
    }
}
