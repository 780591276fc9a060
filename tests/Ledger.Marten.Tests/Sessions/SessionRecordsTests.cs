using JasperFx.Events.Projections;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Marten.Tests.Projections;
using Ledger.Records;
using Ledger.Records.Chronomemory;
using Marten;
using Marten.Exceptions;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Sessions;

/// <summary>Record stores in a session of the application: with its documents, or not at all.</summary>
public sealed partial class SessionRecordsTests : IClassFixture<MartenDatabase>, IAsyncDisposable
{
    private readonly MartenDatabase _database;
    private readonly DocumentStore _documents;
    private readonly MartenEventStore _store;
    private readonly ChronoStore _records;
    private readonly string _id = Guid.NewGuid().ToString("N");

    public SessionRecordsTests(MartenDatabase database)
    {
        _database = database;
        _documents = database.CreateDocumentStore(configure: o => o.Projections.Add(new NotedProjection(), ProjectionLifecycle.Inline));
        _store = new MartenEventStore(_documents);
        _records = new ChronoStore(_store, _id);
    }

    public async ValueTask DisposeAsync()
    {
        await _records.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Save_WritesRecordsWithDocuments_AndMartensInlineProjectionsSeeThem()
    {
        await using var session = _documents.LightweightSession();
        session.Store(new Order(_id, "placed"));
        var records = session.Ledger().Records(_id);
        var first = await records.UpsertAsync(Record("F-1", "It boils."));
        var second = await records.UpsertManyAsync([Record("F-2"), Record("F-3")]);
        var third = await records.DeleteAsync("F-2");
        await session.Ledger().GetRun(_id).AppendAsync([new KitLoaded("k")]);
        (await _records.SequenceAsync()).ShouldBe(0);

        await session.SaveChangesAsync();

        new[] { first.Seq, second[0].Seq, second[1].Seq, third.Seq }.ShouldBe([1, 2, 3, 4]);
        new[] { second[0].PrevHash, second[1].PrevHash, third.PrevHash }.ShouldBe([first.Hash, second[0].Hash, second[1].Hash]);
        (await _records.GetHeadAsync()).ShouldBe(new ChainHead(4, third.Hash));
        (await _records.QueryAsync().Select(r => r.Id).ToListAsync()).ShouldBe(["F-1", "F-3"]);
        (await _records.GetAsync("F-2"))!.Status.ShouldBe("tombstone");
        (await _records.HistoryAsync("F-2").Select(e => e.Op).ToListAsync()).ShouldBe(["upsert", "delete"]);
        await ShouldBeOneChainAsync(4);
        (await session.LoadAsync<Order>(_id)).ShouldNotBeNull();
        (await session.LoadAsync<Noted>($"chrono:{_id}"))!.Versions.ShouldBe([1, 2, 3, 4]);
        (await _store.GetStreamAsync(StreamName.Run(_id)))!.Version.ShouldBe(new StreamVersion(1));
    }

    [Fact]
    public async Task Save_ThatFails_WritesNeither()
    {
        await _records.UpsertAsync(Record("F-1"));
        await using (var session = _documents.LightweightSession())
        {
            session.Store(new Order(_id, "placed"));
            await session.Ledger().Records(_id).UpsertAsync(Record("F-2"));
            session.QueueSqlCommand("select 1 / (count(*) - count(*)) from ledger.mt_streams");

            await Should.ThrowAsync<MartenException>(() => session.SaveChangesAsync());
        }

        (await _records.GetAsync("F-2")).ShouldBeNull();
        (await _records.UpsertAsync(Record("F-3"))).Seq.ShouldBe(2);
        await ShouldBeOneChainAsync(2);
        await using var after = _documents.QuerySession();
        (await after.LoadAsync<Order>(_id)).ShouldBeNull();
        (await after.LoadAsync<Noted>($"chrono:{_id}")).ShouldBeNull();
    }

    [Fact]
    public async Task Save_WithAHeadThatAnotherProgramMoved_WritesNothing()
    {
        var tombstones = await _store.ReadLogAsync().CountAsync(e => e.Type == "tombstone");
        await using var session = _documents.LightweightSession();
        session.Store(new Order(_id, "placed"));
        await session.Ledger().Records(_id).UpsertAsync(Record("F-1"));

        // In the session's own transaction, because the lock keeps every other out.
        session.QueueSqlCommand("insert into ledger.chrono_head (stream, version, seq, hash, archived_to) values (?, 1, 7, 'x', 0)", $"chrono:{_id}");
        await Should.ThrowAsync<MartenException>(() => session.SaveChangesAsync());

        (await _store.GetStreamAsync(StreamName.Chrono(_id))).ShouldBeNull();
        (await _store.ReadLogAsync().CountAsync(e => e.Type == "tombstone")).ShouldBe(tombstones);
    }

    [Fact]
    public async Task Session_ThatIsNotSaved_LeavesNothingAndLocksNothing()
    {
        await using (var session = _documents.LightweightSession())
        {
            await session.Ledger().Records(_id).UpsertAsync(Record("F-1"));
        }

        (await _store.GetStreamAsync(StreamName.Chrono(_id))).ShouldBeNull();
        (await _records.UpsertAsync(Record("F-1"))).Seq.ShouldBe(1);
    }

    [Fact]
    public async Task Session_SavedTwice_ContinuesTheChain()
    {
        await using var session = _documents.LightweightSession();
        var records = session.Ledger().Records(_id);
        await records.UpsertAsync(Record("F-1"));
        await session.SaveChangesAsync();
        await _records.UpsertAsync(Record("F-2"));
        (await records.UpsertAsync(Record("F-3"))).Seq.ShouldBe(3);
        await session.SaveChangesAsync();

        await ShouldBeOneChainAsync(3);
    }

    [Fact]
    public async Task Get_SeesUnsavedWrites_AndCreatesNothing()
    {
        await using var session = _documents.LightweightSession();
        var records = session.Ledger().Records(_id);
        (await records.GetAsync("F-1")).ShouldBeNull();
        (await records.GetAsync("\ud800")).ShouldBeNull();
        (await records.GetHeadAsync()).ShouldBe(default);
        session.Store(new Order(_id, "read"));
        await session.SaveChangesAsync();
        (await _store.GetStreamAsync(StreamName.Chrono(_id))).ShouldBeNull();

        await _records.UpsertAsync(Record("F-1", "saved"));
        (await records.GetAsync("F-1"))!.Label.ShouldBe("saved");
        var written = await records.UpsertAsync(Record("F-1", "unsaved"));
        (await records.GetAsync("F-1"))!.Label.ShouldBe("unsaved");
        (await records.GetHeadAsync()).ShouldBe(new ChainHead(2, written.Hash));
        await records.DeleteAsync("F-1");
        (await records.GetAsync("F-1"))!.ShouldSatisfyAllConditions(r => r.Status.ShouldBe("tombstone"), r => r.Label.ShouldBe("unsaved"));
        (await _records.GetAsync("F-1"))!.Label.ShouldBe("saved");
    }

    [Fact]
    public async Task Get_LocksTheStore_UntilTheSessionEnds()
    {
        await _records.UpsertAsync(Record("F-1", "read"));
        Task<WalEvent> other;
        await using (var session = _documents.LightweightSession())
        {
            var records = session.Ledger().Records(_id);
            var read = await records.GetAsync("F-1");
            other = _records.UpsertAsync(Record("F-1", "of another"));
            await records.UpsertAsync(read! with { Label = $"{read!.Label} and decided on" });
            other.IsCompleted.ShouldBeFalse();
            await session.SaveChangesAsync();
        }

        (await other).Seq.ShouldBe(3);
        (await _records.HistoryAsync("F-1").Select(e => e.Record.Label).ToListAsync()).ShouldBe(["read", "read and decided on", "of another"]);
        await ShouldBeOneChainAsync(3);
    }

    [Fact]
    public async Task Upsert_Repeated_IsWrittenOnce()
    {
        var (id, callId) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        IReadOnlyList<WalEvent> many;
        await using (var session = _documents.LightweightSession())
        {
            var records = session.Ledger().Records(_id);
            var first = await records.UpsertAsync(Record("F-1"), id);
            (await records.UpsertAsync(Record("F-1"), id)).Hash.ShouldBe(first.Hash);
            await session.SaveChangesAsync();

            (await records.UpsertAsync(Record("F-1"), id)).Hash.ShouldBe(first.Hash);
            many = await records.UpsertManyAsync([Record("F-2"), Record("F-3")], callId);
            await session.SaveChangesAsync();
            (await records.UpsertManyAsync([Record("F-2"), Record("F-3")], callId)).Select(e => e.Hash).ShouldBe(many.Select(e => e.Hash));
        }

        (await _records.UpsertManyAsync([Record("F-2"), Record("F-3")], callId)).Select(e => e.Hash).ShouldBe(many.Select(e => e.Hash));
        await ShouldBeOneChainAsync(3);
    }

    [Fact]
    public async Task Upsert_OfARefusedRecord_ThrowsWhatTheStoreThrows()
    {
        var taken = new NewEvent(new KitLoaded("k"));
        await _store.AppendAsync(StreamName.Run(_id), ExpectedVersion.Any, [taken]);
        var written = Guid.CreateVersion7();
        await _records.UpsertAsync(Record("F-1"), written);
        await using var session = _documents.LightweightSession();
        var records = session.Ledger().Records(_id);

        (await Should.ThrowAsync<ChronoRecordException>(() => records.UpsertAsync(Record("F-2") with { Status = "gone" }))).Message.ShouldContain("gone");
        (await Should.ThrowAsync<EventIdInUseException>(() => records.UpsertAsync(Record("F-2"), taken.Id))).Holder.ShouldBe(StreamName.Run(_id));
        (await Should.ThrowAsync<EventIdInUseException>(() => records.UpsertAsync(Record("F-2"), written))).Conflict.ShouldBe(EventIdConflict.OtherContent);
        Should.Throw<ArgumentException>(() => session.Ledger().Records(""));
        Should.Throw<ArgumentException>(() => new AgentLedger(_store).Records(_id)).Message.ShouldContain("session.Ledger()");

        // A refusal ends neither the session nor its transaction.
        await records.UpsertAsync(Record("F-2"));
        await session.SaveChangesAsync();
        await ShouldBeOneChainAsync(2);
        await _store.ArchiveAsync(StreamName.Chrono(_id));
        await using var late = _documents.LightweightSession();
        await Should.ThrowAsync<StreamArchivedException>(() => late.Ledger().Records(_id).UpsertAsync(Record("F-3")));
    }

    [Fact]
    public async Task Upsert_AfterTheSessionDroppedItsChanges_BeginsFromWhatIsSaved()
    {
        await using var session = _documents.LightweightSession();
        var records = session.Ledger().Records(_id);
        await records.UpsertAsync(Record("dropped"));
        session.EjectAllPendingChanges();
        (await records.UpsertAsync(Record("F-1"))).Seq.ShouldBe(1);
        await session.SaveChangesAsync();

        (await _records.GetAsync("dropped")).ShouldBeNull();
        await ShouldBeOneChainAsync(1);
    }

    [Fact]
    public async Task Upsert_AfterEventsOfOthers_IsRefusedInTheSession_AndGoesOnAfterTheSave()
    {
        await using var session = _documents.LightweightSession();
        var records = session.Ledger().Records(_id);
        session.Events.Append($"chrono:{_id}", new KitLoaded("beside"));
        (await Should.ThrowAsync<InvalidOperationException>(() => records.UpsertAsync(Record("F-1")))).Message
            .ShouldBe($"The session has unsaved events for stream 'chrono:{_id}' that its records did not append. Save the session first, then write records.");
        await session.SaveChangesAsync();
        (await records.UpsertAsync(Record("F-1"))).Seq.ShouldBe(1);
        await session.SaveChangesAsync();

        (await _store.GetStreamAsync(StreamName.Chrono(_id)))!.Version.ShouldBe(new StreamVersion(2));
        await ShouldBeOneChainAsync(1);
    }

    [Fact]
    public async Task Upserts_OfSessionsAndNativeWriters_AreOneChain()
    {
        const int Writers = 4;
        const int Saves = 6;
        await using var native = new Postgres.PostgresEventStore(_database.DataSource);
        await using var beside = new ChronoStore(native, _id);
        await Task.WhenAll(Enumerable.Range(0, Writers).SelectMany(i => new[] { SaveAsync(i), WriteAsync(i % 2 == 0 ? beside : _records, i) }));

        const int All = Writers * Saves * 3;
        (await _records.SequenceAsync()).ShouldBe(All);
        (await _records.RecordCountAsync()).ShouldBe(All);
        (await _database.TextAsync("select count(*)::text from ledger.mt_doc_order where id like $1", $"{_id}-%")).ShouldBe($"{Writers * Saves / 2}");
        await ShouldBeOneChainAsync(All);

        // Every second session rolls back first, and tries again.
        async Task SaveAsync(int writer)
        {
            for (var i = 0; i < Saves; i++)
            {
                if (i % 2 == 1)
                {
                    await using var lost = _documents.LightweightSession();
                    await lost.Ledger().Records(_id).UpsertAsync(Record($"lost-{writer}-{i}"));
                }

                await using var session = _documents.LightweightSession();
                var records = session.Ledger().Records(_id);
                await records.UpsertAsync(Record($"s-{writer}-{i}-a"));
                await records.UpsertAsync(Record($"s-{writer}-{i}-b"));
                if (i % 2 == 0)
                {
                    session.Store(new Order($"{_id}-{writer}-{i}", "with records"));
                }

                await session.SaveChangesAsync();
            }
        }

        async Task WriteAsync(ChronoStore store, int writer)
        {
            for (var i = 0; i < Saves; i++)
            {
                await store.UpsertAsync(Record($"n-{writer}-{i}"));
            }
        }
    }

    private static ChronoRecord Record(string id, string label = "") => new() { Id = id, Label = label };

    private async Task ShouldBeOneChainAsync(long length)
    {
        var verdict = await _records.VerifyChainAsync(new ChronoVerification { Deep = true });
        verdict.ChainValid.ShouldBeTrue();
        verdict.Warnings.ShouldBeEmpty();
        (await _records.ReplayAsync().Select(e => e.Seq).ToListAsync()).ShouldBe(Enumerable.Range(1, (int)length).Select(i => (long)i));
    }
}
