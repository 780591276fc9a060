using Ledger.Log;
using Ledger.Marten.Tests.Projections;
using Ledger.Records;
using Marten;
using Marten.Exceptions;
using Marten.Services;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Sessions;

// Saves that fail, are repeated, or have nothing to write.
public sealed partial class SessionRecordsTests
{
    private string Chrono => $"chrono:{_id}";

    [Fact]
    public async Task Save_AfterOneThatFailed_WritesNothingOfIt()
    {
        await _records.UpsertAsync(Record("F-1"));
        await using (var session = _documents.LightweightSession())
        {
            await session.Ledger().Records(_id).UpsertAsync(Record("lost"));
            session.QueueSqlCommand("select 1 / (count(*) - count(*)) from ledger.mt_streams");
            await Should.ThrowAsync<MartenException>(() => session.SaveChangesAsync());
            await SaveErrorAsync(session);
        }

        // The transaction of the first save is still open, with the lock of the store.
        await using (var session = _documents.LightweightSession(new SessionOptions { Listeners = { new FailsOnce() } }))
        {
            await session.Ledger().Records(_id).UpsertAsync(Record("lost"));
            (await Should.ThrowAsync<InvalidOperationException>(() => session.SaveChangesAsync())).Message.ShouldBe("Not now.");
            await SaveErrorAsync(session);
        }

        (await _records.GetAsync("lost")).ShouldBeNull();
        (await _records.SequenceAsync()).ShouldBe(1);
        (await _records.UpsertAsync(Record("F-2"))).Seq.ShouldBe(2);
        await ShouldBeOneChainAsync(2);

        async Task SaveErrorAsync(IDocumentSession session)
        {
            session.EjectAllPendingChanges();
            session.Store(new Order(_id, "failed"));
            await session.SaveChangesAsync();
        }
    }

    [Fact]
    public async Task Save_ThatMartenRepeats_LosesNoEarlierRecord()
    {
        await _records.UpsertManyAsync([Record("F-1"), Record("F-2")]);

        // As if another program had appended the events: the session writes their rows in its transaction, which Marten begins again.
        foreach (var table in (string[])["chrono_head", "chrono_record", "chrono_change"])
        {
            await _database.ExecuteAsync($"delete from ledger.{table} where stream = '{Chrono}'");
        }

        await using (var session = _documents.LightweightSession())
        {
            await session.Ledger().Records(_id).UpsertAsync(Record("F-3"));
            await _database.FailOnceAsync(session);
            await Should.ThrowAsync<MartenException>(() => session.SaveChangesAsync());
        }

        await SaveAsync("F-3", _ => Task.CompletedTask);
        await SaveAsync("F-4", _database.FailOnceAsync);

        (await _records.QueryAsync().Select(r => r.Id).ToListAsync()).ShouldBe(["F-1", "F-2", "F-3", "F-4"]);
        await ShouldBeOneChainAsync(4);

        async Task SaveAsync(string id, Func<IDocumentSession, Task> prepare)
        {
            await using var session = _documents.LightweightSession();
            await session.Ledger().Records(_id).UpsertAsync(Record(id));
            await prepare(session);
            await session.SaveChangesAsync();
        }
    }

    [Fact]
    public async Task Save_WithNothingToWrite_EndsTheTransaction()
    {
        var (id, appended) = (Guid.CreateVersion7(), new NewEvent(new KitLoaded("k")));
        await _records.UpsertAsync(Record("F-1"), id);
        await _store.AppendAsync(StreamName.Run(_id), ExpectedVersion.Any, [appended]);
        await ShouldEndAsync(session => session.Ledger().Records(_id).GetAsync("F-1"));
        await ShouldEndAsync(session => session.Ledger().Records(_id).GetHeadAsync());
        await ShouldEndAsync(session => session.Ledger().Records($"{_id}-none").GetHeadAsync());
        await ShouldEndAsync(session => session.Ledger().Records(_id).UpsertAsync(Record("F-1"), id));
        await ShouldEndAsync(session => session.Ledger().GetRun(_id).AppendAsync([appended]));

        (await _store.GetStreamAsync(StreamName.Chrono($"{_id}-none"))).ShouldBeNull();
        await ShouldBeOneChainAsync(1);

        async Task ShouldEndAsync(Func<IDocumentSession, Task> call)
        {
            await using var session = _documents.LightweightSession();
            await call(session);
            (await CountTransactionsAsync()).ShouldBe("1");
            await session.SaveChangesAsync();
            (await CountTransactionsAsync()).ShouldBe("0");
        }

        Task<string> CountTransactionsAsync() => _database.TextAsync(
            "select count(*)::text from pg_stat_activity where datname = current_database() and state = 'idle in transaction'");
    }

    [Fact]
    public async Task Append_AfterASaveOfDocuments_LocksTheStreamAgain()
    {
        await _records.UpsertAsync(Record("F-1"));
        await using var session = _documents.LightweightSession();
        await session.Ledger().Records(_id).GetHeadAsync();
        session.Store(new Order(_id, "read"));
        await session.SaveChangesAsync();

        // Under the lock, no event gets a time before that of its predecessor.
        await _database.ExecuteAsync($"update ledger.mt_streams set \"timestamp\" = now() + interval '1 hour' where id = '{Chrono}'");
        session.Events.Append(Chrono, new KitLoaded("later"));
        await session.SaveChangesAsync();

        var events = await _store.ReadForwardAsync(StreamName.Chrono(_id)).ToListAsync();
        (events[1].Timestamp - events[0].Timestamp).ShouldBeGreaterThan(TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task Write_WithAnIdInTheArchiveOfAnotherStore_IsRefused()
    {
        var (written, other) = (Guid.CreateVersion7(), StreamName.Chrono($"{_id}-other"));
        await using (var store = new ChronoStore(_store, $"{_id}-other"))
        {
            await store.UpsertAsync(Record("F-1"), written);
            await store.CompactAsync();
        }

        await using var session = _documents.LightweightSession();
        var records = session.Ledger().Records(_id);
        (await Should.ThrowAsync<EventIdInUseException>(() => records.UpsertAsync(Record("F-1"), written))).Holder.ShouldBe(other);
        (await Should.ThrowAsync<EventIdInUseException>(() => records.DeleteAsync("F-1", written))).Holder.ShouldBe(other);
        await records.UpsertAsync(Record("F-1"), Guid.CreateVersion7());
        await session.SaveChangesAsync();
        await ShouldBeOneChainAsync(1);
    }

    private sealed class FailsOnce : DocumentSessionListenerBase
    {
        private bool _hasFailed;

        public override Task BeforeSaveChangesAsync(IDocumentSession session, CancellationToken token)
        {
            if (_hasFailed)
            {
                return Task.CompletedTask;
            }

            _hasFailed = true;
            throw new InvalidOperationException("Not now.");
        }
    }
}
