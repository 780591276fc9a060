using System.Text.Json.Nodes;
using Ledger.Conformance;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants.Quotas;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Tenants;

/// <summary>What a tenant may have at most, and what it costs those who have no limit.</summary>
public sealed class QuotaTests(ConjoinedDatabase database) : IClassFixture<ConjoinedDatabase>
{
    private static readonly int Writers = Scale.Of(8, 32);

    [Fact]
    public async Task Quota_IsThatOfOneTenant_AndRefusesWhateverWrites()
    {
        var (acme, bolt) = (await database.AddAsync("quota-acme"), await database.AddAsync("quota-bolt"));
        var run = StreamName.Run("same");
        await acme.Store.AppendAsync(run, ExpectedVersion.NoStream, [new ObjectCreated("o", "T", new JsonObject { ["secret"] = new string('x', 200) }), new KitLoaded("b")]);
        (await database.ScalarAsync<long>("select count(*) from pg_trigger where tgname like '%counted'")).ShouldBe(0, "without a quota nothing is counted");
        (await acme.Quotas.ReadAsync()).ShouldBe(new LogUsage(new LogQuota(), null, null, null));

        var set = await acme.Quotas.SetAsync(new LogQuota { Events = 5, Bytes = 100_000, Runs = 2 });
        set.ShouldBe(new LogUsage(new LogQuota { Events = 5, Bytes = 100_000, Runs = 2 }, 2, set.Bytes, 1));
        (await bolt.Quotas.ReadAsync()).Quota.IsNone.ShouldBeTrue();
        (await new LedgerMigrator(acme.DataSource, acme.Options).AssertAsync()).ShouldBeEmpty();

        await acme.Store.AppendAsync(run, ExpectedVersion.Any, [new KitLoaded("c"), new KitLoaded("d")]);
        var refusal = await Should.ThrowAsync<QuotaExceededException>(() => acme.Store.AppendAsync(run, ExpectedVersion.Any, [new KitLoaded("e"), new KitLoaded("f")]));
        refusal.Kind.ShouldBe("events");
        refusal.Message.ShouldBe("The quota of events is 5: the log has 4, and 2 more would pass it. Nothing was written. Remove or archive runs, or have the quota raised.");
        await bolt.Store.AppendAsync(run, ExpectedVersion.NoStream, [.. Enumerable.Range(0, 20).Select(i => new KitLoaded($"{i}"))]);

        // In a transaction of the caller, by SQL of any kind, and of several at once each by itself.
        await using (var connection = await acme.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await Should.ThrowAsync<QuotaExceededException>(() => acme.Store.On(transaction).AppendAsync(run, ExpectedVersion.Any, [.. Enumerable.Range(0, 9).Select(i => new KitLoaded($"{i}"))]));
            await transaction.RollbackAsync();
            await using var sql = new NpgsqlCommand(
                "insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, timestamp) "
                + "select nextval('ledger.mt_events_sequence'), gen_random_uuid(), 'run:same', 4 + n, '{}', 't', now() from generate_series(1, 3) as n",
                connection);
            (await Should.ThrowAsync<PostgresException>(() => sql.ExecuteNonQueryAsync())).ShouldSatisfyAllConditions(
                fault => fault.SqlState.ShouldBe("LG060"), fault => fault.ColumnName.ShouldBe("events"), fault => PostgresFaults.Describe(fault).ShouldStartWith("The quota of events is 5"));
        }

        var several = await Task.WhenAll(Enumerable.Range(0, 2 * Writers).Select(n => IsWrittenAsync(acme.Store, StreamName.Run("same"), n % 2 == 0 ? 1 : 50)));
        several.Count(written => written).ShouldBe(1, "one more fits, whatever else is in its batch");
        await SameWhenCountedAgainAsync(acme.Quotas, events: 5, runs: 1);

        // A full log can forget, and what is gone makes room.
        var before = (await acme.Quotas.ReadAsync()).Bytes!.Value;
        var created = await acme.Store.ReadForwardAsync(run).FirstAsync();
        (await new EventMasking(acme.Store).MaskAsync(MaskRequest.OfEvents([created.Id], "asked") with { Paths = ["$.data.secret"] })).Masked.ShouldBe(1);
        (await SameWhenCountedAgainAsync(acme.Quotas, events: 6, runs: 1)).Bytes!.Value.ShouldBeLessThan(before + 1_000);
        var runs = new AgentLedger(acme.Store);
        (await Should.ThrowAsync<QuotaExceededException>(() => acme.Store.AppendAsync(StreamName.Run("second"), ExpectedVersion.NoStream, [new KitLoaded("x")]))).Kind.ShouldBe("events");
        await acme.Quotas.SetAsync(new LogQuota { Events = 100, Bytes = 100_000, Runs = 2 });
        await runs.GetRun("second").AppendAsync([new KitLoaded("x")]);
        (await Should.ThrowAsync<QuotaExceededException>(() => runs.GetRun("third").AppendAsync([new KitLoaded("x")]))).Kind.ShouldBe("runs");
        await acme.Store.ArchiveAsync(StreamName.Run("second"));
        await runs.GetRun("third").AppendAsync([new KitLoaded("x")]);
        (await Should.ThrowAsync<QuotaExceededException>(() => runs.GetRun("third").AppendAsync([new KitLoaded(new string('x', 200_000))]))).Kind.ShouldBe("bytes");
        var used = await SameWhenCountedAgainAsync(acme.Quotas, events: null, runs: 2);
        await using (var delete = acme.DataSource.CreateCommand("with gone as (delete from ledger.mt_events where stream_id = 'run:third') delete from ledger.mt_streams where id = 'run:third'"))
        {
            await delete.ExecuteNonQueryAsync();
        }

        (await SameWhenCountedAgainAsync(acme.Quotas, used.Events - 1, runs: 1)).Bytes!.Value.ShouldBeLessThan(used.Bytes!.Value);
        (await acme.Quotas.SetAsync(new LogQuota())).ShouldBe(new LogUsage(new LogQuota(), null, null, null));
        await acme.Store.AppendAsync(run, ExpectedVersion.Any, [.. Enumerable.Range(0, 200).Select(i => new KitLoaded($"{i}"))]);
        Should.Throw<ArgumentException>(() => acme.Quotas.SetAsync(new LogQuota { Events = -1 })).Message.ShouldBe("A quota is from 0, but was -1.");
    }

    [Fact]
    public async Task Quota_UnderManyWriters_IsPassedByNoMoreThanIsOpenAtOnce_AndTheCountIsExact()
    {
        const int Most = 300;
        var tenant = await database.AddAsync("quota-many");
        await tenant.Quotas.SetAsync(new LogQuota { Events = Most, Bytes = long.MaxValue });
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            // Each on connections of its own, half of them in transactions with a snapshot, which must not fail for the row of another.
            while (writer % 2 == 0 ? await IsWrittenAsync(tenant.Store, StreamName.Run($"w{writer}"), 1) : await IsWrittenAloneAsync(tenant.Store, tenant.DataSource, StreamName.Run($"w{writer}")))
            {
            }
        }));

        var used = await SameWhenCountedAgainAsync(tenant.Quotas, events: null, runs: null);
        used.Events!.Value.ShouldBeInRange(Most, Most + Writers);
        (await tenant.Store.ReadLogAsync().CountAsync()).ShouldBe((int)used.Events!.Value);
    }

    [Fact]
    public async Task Quota_OfWritersWithSnapshotsAlone_IsCountedInFewRows()
    {
        var tenant = await database.AddAsync("quota-snapshots");
        await tenant.Quotas.SetAsync(new LogQuota { Events = 1_000_000 });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var i = 0; i < 125; i++)
            {
                (await IsWrittenAloneAsync(tenant.Store, tenant.DataSource, StreamName.Run($"s{writer}"))).ShouldBeTrue();
            }
        }));

        (await database.ScalarAsync<long>("select count(*) from ledger.quota_used where tenant_id = 'quota-snapshots'")).ShouldBeLessThan(300, "a row for each append stays");
        await SameWhenCountedAgainAsync(tenant.Quotas, events: 500, runs: null);
    }

    private static async Task<bool> IsWrittenAsync(IEventStore store, StreamName stream, int events)
    {
        try
        {
            await store.AppendAsync(stream, ExpectedVersion.Any, [.. Enumerable.Range(0, events).Select(i => new KitLoaded($"{i}"))]);
            return true;
        }
        catch (QuotaExceededException)
        {
            return false;
        }
    }

    private static async Task<bool> IsWrittenAloneAsync(PostgresEventStore store, NpgsqlDataSource dataSource, StreamName stream)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        if (!await IsWrittenAsync(store.On(transaction), stream, 1))
        {
            return false;
        }

        await transaction.CommitAsync();
        return true;
    }

    // What the triggers have counted is what there is.
    private static async Task<LogUsage> SameWhenCountedAgainAsync(LogQuotas quotas, long? events, long? runs)
    {
        var counted = await quotas.ReadAsync();
        counted.Events.ShouldBe(events ?? counted.Events);
        counted.Runs.ShouldBe(runs ?? counted.Runs);
        (await quotas.RecountAsync()).ShouldBe(counted);
        return counted;
    }
}
