using Ledger.Log;
using Ledger.Postgres.Tests.Projections.Daemon;
using Ledger.Projections;
using Ledger.Records;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Subscriptions;

/// <summary>The event that a reader had last may be gone: removed on purpose, or lost with the end of the log.</summary>
public sealed class RemovedEventTests
{
    [Fact]
    public async Task Subscribe_AfterAnEventThatIsGone_GoesOnIfItWasCompactedOrRetained_AndStopsIfItMayBeLost()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await using var records = new ChronoStore(bench.Store, "p");
        await records.UpsertManyAsync(Enumerable.Range(0, 3).Select(i => new ChronoRecord { Id = $"R-{i}", Kind = "fact", Label = "a" }));
        foreach (var name in (string[])["order", "retained", "deleted", "shorter", "other"])
        {
            await bench.Store.AppendAsync(new StreamName(name), ExpectedVersion.Any, [new KitLoaded("1"), new KitLoaded("2"), new KitLoaded("3")]);
        }

        var last = await bench.Store.ReadLogAsync().GroupBy(e => e.Stream.Value).ToDictionaryAsync(g => g.Key, g => g.Last());
        await records.CompactAsync(CompactedHistory.Delete);
        await bench.Database.ExecuteAsync("""
            delete from ledger.mt_events where stream_id = 'order' and version < 3;
            update ledger.mt_events set id = gen_random_uuid(), type = 'compacted' where stream_id = 'order';
            update ledger.mt_streams set compacted_version = 3 where id = 'order';
            insert into ledger.retention_run (policies, started_by, started_at) values ('[]', 'test', now());
            insert into ledger.retention_stream (run, stream, place, policy, version, kept, state, events, file, sha256)
                select id, 'retained', 1, 'old', 3, 0, 'removed', 3, 'f', decode(repeat('00', 32), 'hex') from ledger.retention_run;
            delete from ledger.mt_streams where id in ('retained', 'deleted');
            delete from ledger.mt_events where stream_id in ('shorter', 'other') and version = 3;
            update ledger.mt_streams set version = 2 where id in ('shorter', 'other');
            """);
        await bench.Store.AppendAsync(new StreamName("other"), ExpectedVersion.Any, [new KitLoaded("not 3")]);
        using var patience = new CancellationTokenSource(DaemonBench.Patience);

        foreach (var removed in (string[])["chrono:p", "order", "retained"])
        {
            (await NextAsync(last[removed])).Sequence.ShouldBeGreaterThan(last[removed].Sequence);
        }

        foreach (var lost in (string[])["deleted", "shorter", "other"])
        {
            (await Should.ThrowAsync<LogNumbersException>(() => NextAsync(last[lost]))).Reached.ShouldBe(last[lost].Sequence);
        }

        Task<RecordedEvent> NextAsync(RecordedEvent read) =>
            bench.Store.SubscribeAsync(start: SubscriptionStart.After(read), cancellationToken: patience.Token).FirstAsync(patience.Token).AsTask();
    }
}
