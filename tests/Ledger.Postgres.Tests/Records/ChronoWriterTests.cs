using Ledger.Log;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Records;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Records;

/// <summary>A caller that gives up, or whose write is refused, takes no other caller's with it.</summary>
public sealed class ChronoWriterTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Write_CallerThatSendsGivesUp_OthersAreWrittenAndDisposingWaits()
    {
        var store = new ChronoStore(database.Store, "given-up");
        await store.UpsertAsync(new ChronoRecord { Id = "first" });
        using var cancellation = new CancellationTokenSource();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("select from ledger.mt_streams where id = @id for no key update", connection, transaction);
        command.Parameters.AddWithValue("id", store.Stream.Value);
        await command.ExecuteNonQueryAsync();

        var sending = store.UpsertAsync(new ChronoRecord { Id = "sent" }, cancellation.Token);
        while (await database.ScalarAsync<long>($"select count(*) from pg_stat_activity where {connection.ProcessID} = any (pg_blocking_pids(pid))") == 0)
        {
            sending.IsCompleted.ShouldBeFalse();
        }

        var others = Enumerable.Range(0, 20).Select(i => store.UpsertAsync(new ChronoRecord { Id = $"other-{i}" })).ToArray();
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => sending);
        var disposing = store.DisposeAsync().AsTask();
        disposing.IsCompleted.ShouldBeFalse();
        await transaction.RollbackAsync();
        var events = await Task.WhenAll(others).WaitAsync(Patience);
        await disposing.WaitAsync(Patience);

        events.Select(e => e.Seq).ShouldBe(Enumerable.Range(3, others.Length).Select(i => (long)i));
        await using var reading = new ChronoStore(database.Store, "given-up");
        (await reading.VerifyChainAsync(new ChronoVerification { Deep = true })).FirstBroken.ShouldBeNull();
        (await reading.ReplayAsync().CountAsync()).ShouldBe(others.Length + 2);
    }

    [Fact]
    public async Task Write_RowOfTheEventIsThereAlready_IsWrittenByTheFunctionForSeveral()
    {
        await using var store = new ChronoStore(database.Store, "there");
        await store.UpsertAsync(new ChronoRecord { Id = "first" });
        await database.ExecuteAsync(
            "insert into ledger.chrono_change (stream, key, version, applied) select stream, sha256('second'), version + 1, true from ledger.chrono_head where stream = 'chrono:there'");

        (await store.UpsertAsync(new ChronoRecord { Id = "second" })).Seq.ShouldBe(2);
        (await store.VerifyChainAsync(new ChronoVerification { Deep = true })).FirstBroken.ShouldBeNull();
    }

    [Fact]
    public async Task Write_LogIsFull_IsTheFailureOfAppends()
    {
        await using var store = new ChronoStore(database.Store, "full");
        await store.UpsertAsync(new ChronoRecord { Id = "first" });
        var quotas = new LogQuotas(database.DataSource);
        await quotas.SetAsync(new LogQuota { Events = 0 });
        try
        {
            (await Should.ThrowAsync<QuotaExceededException>(() => store.UpsertAsync(new ChronoRecord { Id = "second" }))).Kind.ShouldBe("events");
            await Should.ThrowAsync<QuotaExceededException>(() => store.DeleteAsync("first"));
            StreamEvent[] imported = [new(new StreamName("full"), new NewEvent(new KitLoaded("x")))];
            await Should.ThrowAsync<QuotaExceededException>(() => database.Store.ImportAsync(imported.ToAsyncEnumerable()));
        }
        finally
        {
            await quotas.SetAsync(new LogQuota());
        }

        (await store.UpsertAsync(new ChronoRecord { Id = "second" })).Seq.ShouldBe(2);
    }
}
