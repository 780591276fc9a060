using Ledger.Log;
using Ledger.Postgres.Hosting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Subscriptions;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tests.Projections.Daemon;
using Ledger.Projections;
using Ledger.Testing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Log;

/// <summary>Logs whose sequence, events and progress come from different times, as after a restore of some tables.</summary>
public sealed class LogNumbersTests
{
    [Fact]
    public async Task SequenceBehind_AppendReadAndSubscribe_NameBothNumbers()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await AppendAsync(bench, 5);
        await SetBackAsync(bench, 2);

        var refused = await Should.ThrowAsync<LogNumbersException>(() => AppendAsync(bench, 1));
        (refused.Reached.Value, refused.LastDrawn.Value).ShouldBe((5, 3));
        refused.Message.ShouldBe(
            "The newest event of the log has number 5, but the sequence that numbers events is only at 3: new events would get numbers "
            + "that are taken, and are refused. Run 'ledger migrate repair', which sets the sequence to the newest event.");
        await Should.ThrowAsync<LogNumbersException>(async () => await bench.Store.ReadLogAsync().ToListAsync());
        await Should.ThrowAsync<LogNumbersException>(() => FirstAsync(bench, SubscriptionStart.Beginning));
    }

    [Fact]
    public async Task SequenceBehind_AssertHealthAndStart_NoticeItAndRepairMendsIt()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        var migrator = new LedgerMigrator(bench.Database.DataSource);
        await AppendAsync(bench, 5);
        await migrator.EnsureNumbersAsync();
        await SetBackAsync(bench, 2);

        (await FaultsAsync()).ShouldBe(
            ["The sequence 'ledger.mt_events_sequence' is at 2, but the newest event has number 5, so that appends fail; run 'ledger migrate repair'."]);
        (await HealthAsync(bench)).ShouldStartWith("Unhealthy The newest event of the log has number 5, but the sequence");
        await Should.ThrowAsync<LogNumbersException>(() => migrator.EnsureNumbersAsync());
        await Should.ThrowAsync<LogNumbersException>(() => new MigrationAtStart(migrator).StartingAsync(default));

        (await migrator.RepairNumbersAsync()).Select(d => d.Kind).ShouldBe([DifferenceKind.SequenceBehind]);

        (await FaultsAsync()).ShouldBeEmpty();
        await AppendAsync(bench, 1);
        (await bench.Store.ReadLogAsync().Select(e => e.Sequence.Value).ToListAsync()).ShouldBe([1, 2, 3, 4, 5, 6]);
        (await migrator.RepairNumbersAsync()).ShouldBeEmpty();

        // The bench has a table of its own in the schema.
        async Task<IEnumerable<string>> FaultsAsync() =>
            (await migrator.AssertAsync()).Where(d => d.Kind is DifferenceKind.SequenceBehind or DifferenceKind.ProgressBeyond).Select(d => d.Message);
    }

    [Fact]
    public async Task Repair_TransactionHoldsANumber_WaitsForIt()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await AppendAsync(bench, 3);
        await SetBackAsync(bench, 1);
        await using var connection = await bench.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var draw = new NpgsqlCommand("select nextval('ledger.mt_events_sequence'), pg_backend_pid()", connection);
        await draw.ExecuteNonQueryAsync();

        var repair = new LedgerMigrator(bench.Database.DataSource).RepairNumbersAsync();
        await ProjectionDaemonTests.UntilAsync(
            bench, $"select (count(*) > 0)::text from pg_stat_activity where {connection.ProcessID} = any (pg_blocking_pids(pid))", "true");
        repair.IsCompleted.ShouldBeFalse();
        await transaction.RollbackAsync();

        (await repair).Count.ShouldBe(1);
        await AppendAsync(bench, 1);
    }

    [Fact]
    public async Task Subscribe_AfterANumberThatNeverWas_Throws()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await AppendAsync(bench, 5);

        var thrown = await Should.ThrowAsync<LogNumbersException>(() => FirstAsync(bench, SubscriptionStart.After(new SequenceNumber(9))));

        thrown.Message.ShouldStartWith("A reader of the log is at number 9, but the last number that the log has given is 5: new events up to 9 would be left out.");
    }

    [Fact]
    public async Task Subscribe_NumbersGoBackMeanwhile_Throws()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await AppendAsync(bench, 5);
        using var patience = new CancellationTokenSource(DaemonBench.Patience);

        await Should.ThrowAsync<LogNumbersException>(async () =>
        {
            await foreach (var recorded in bench.Store.SubscribeAsync(cancellationToken: patience.Token))
            {
                if (recorded.Sequence.Value == 5)
                {
                    await CutAsync(bench, 3);
                }
            }
        });
    }

    [Fact]
    public async Task Shard_ProgressBeyondTheLog_StopsUntilItIsReset()
    {
        var told = new List<string>();
        var subscription = new Subscription("told", (recorded, _) =>
        {
            told.Add(((KitLoaded)recorded.Data).Kit!);
            return Task.CompletedTask;
        });
        await using var bench = await DaemonBench.CreateAsync([DaemonBench.Kits]);
        var migrator = new LedgerMigrator(bench.Database.DataSource, bench.Options);
        await AppendAsync(bench, 5);
        var first = await bench.StartAsync(new DaemonOptions { Subscriptions = [subscription] });
        // A shard that has not begun has no row.
        await ProjectionDaemonTests.UntilAsync(
            bench, "select concat(count(*), ' at ', min(last_seq_id)) from ledger.mt_event_progression where name in ('told:All', 'kits:All')", "2 at 5");
        await first.StopAsync();
        await CutAsync(bench, 3);

        // Both have stopped, and the check names one of them.
        (await HealthAsync(bench)).ShouldMatch(@"\AUnhealthy '(kits|told)' has stopped: '\1:All' is at number 5, but the last number that the log has given is 3:");
        await bench.StartAsync(new DaemonOptions { Subscriptions = [subscription], OnFailure = FailurePolicy.DeadLetter });
        await ProjectionDaemonTests.UntilAsync(
            bench,
            "select string_agg(concat_ws(' ', name, state, split_part(error, ':', 2)), '; ' order by name) from ledger.projection_shard",
            "kits:All failed All' is at number 5, but the last number that the log has given is 3; "
            + "told:All failed All' is at number 5, but the last number that the log has given is 3");
        (await migrator.AssertAsync()).Count(d => d.Kind == DifferenceKind.ProgressBeyond).ShouldBeGreaterThanOrEqualTo(2);
        (await migrator.RepairNumbersAsync()).ShouldBeEmpty();

        (await migrator.RepairNumbersAsync(ProgressRepair.Reset)).ShouldAllBe(d => d.Kind == DifferenceKind.ProgressBeyond);

        (await migrator.AssertAsync()).ShouldAllBe(d => d.Kind == DifferenceKind.Extra);
        await bench.Store.AppendAsync(StreamName.Run("new"), ExpectedVersion.Any, [new KitLoaded("new")]);
        await bench.CaughtUpAsync();
        await ProjectionDaemonTests.UntilAsync(bench, "select last_seq_id::text from ledger.mt_event_progression where name = 'told:All'", "4");
        told.ShouldBe(["1", "2", "3", "4", "5", "new"]);
        (await bench.Database.ScalarAsync<long>("select kits from kits where stream = 'run:new'")).ShouldBe(1);
    }

    [Fact]
    public async Task Mark_DeadNumbersAtTheEnd_StaysAtTheNewestEvent()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await AppendAsync(bench, 3);
        await bench.Database.ExecuteAsync("select nextval('ledger.mt_events_sequence') from generate_series(1, 4)");
        await using var connection = await bench.Database.DataSource.OpenConnectionAsync();
        var mark = new HighWaterMark(bench.Options, new GapTimeout(TimeProvider.System, ForeignWriters.None), TimeProvider.System);

        await MoveAsync();
        (mark.Value, mark.Numbers.Drawn).ShouldBe((3, 7));

        await AppendAsync(bench, 1);
        await MoveAsync();
        mark.Value.ShouldBe(8);

        async Task MoveAsync()
        {
            while (await mark.AdvanceAsync(connection, default))
            {
            }
        }
    }

    [Fact]
    public async Task Standby_LogIsRefused_StreamsAreRead()
    {
        await using var server = await TestPostgres.StartAsync(new TestPostgresOptions { Server = TestServer.Own });
        // A standby drops no database: this one goes with the server.
        var database = await server.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await new LedgerMigrator(source).ApplyAsync();
        await using var store = new PostgresEventStore(source, new PostgresOptions { RetryFor = TimeSpan.FromMinutes(2) });
        var stream = StreamName.Run("a");
        await store.AppendAsync(stream, ExpectedVersion.Any, [new ObjectCreated("o", "Claim")]);
        await using (var folder = source.CreateCommand("show data_directory"))
        {
            await File.WriteAllTextAsync(Path.Combine((string)(await folder.ExecuteScalarAsync())!, "standby.signal"), "");
        }

        await server.RestartAsync();

        // Connections to the server as it was.
        source.Clear();

        (await Should.ThrowAsync<StandbyServerException>(async () => await store.ReadLogAsync().ToListAsync())).Message.ShouldBe(
            "The server is a standby, which does not show which transactions still hold numbers of the log: reading the log there could pass "
            + "an event that appears later. Connect to the primary; streams, runs and worlds can be read here.");
        await Should.ThrowAsync<StandbyServerException>(async () => await store.SubscribeAsync().FirstAsync());
        (await store.ReadForwardAsync(stream).CountAsync()).ShouldBe(1);
        (await new Ledger.AgentLedger(store).OpenAsync(stream).ContinueWith(r => r.Result.GetWorldAsync(), TaskScheduler.Default).Unwrap())
            .Objects.Count.ShouldBe(1);
    }

    private static Task<AppendResult> AppendAsync(DaemonBench bench, int count) => bench.Store.AppendAsync(
        StreamName.Run("a"), ExpectedVersion.Any, [.. Enumerable.Range(1, count).Select(n => new KitLoaded($"{n}"))]);

    private static Task SetBackAsync(DaemonBench bench, long number) =>
        bench.Database.ExecuteAsync($"select setval('ledger.mt_events_sequence', {number})");

    /// <summary>Takes the newest events away, as the restore of an older copy of the events does.</summary>
    private static Task CutAsync(DaemonBench bench, long last) => bench.Database.ExecuteAsync($"""
        set session_replication_role = replica;
        delete from ledger.mt_events where seq_id > {last};
        update ledger.mt_streams as s set version = (select count(*) from ledger.mt_events as e where e.stream_id = s.id);
        select setval('ledger.mt_events_sequence', {last});
        reset session_replication_role
        """);

    private static async Task FirstAsync(DaemonBench bench, SubscriptionStart start)
    {
        using var patience = new CancellationTokenSource(DaemonBench.Patience);
        await bench.Store.SubscribeAsync(start: start, cancellationToken: patience.Token).FirstAsync(patience.Token);
    }

    private static async Task<string> HealthAsync(DaemonBench bench)
    {
        var result = await new LedgerHealthCheck(new ProjectionAdmin(bench.Database.DataSource, bench.Options)).CheckHealthAsync(new HealthCheckContext());
        return $"{result.Status} {result.Description}";
    }
}
