using Ledger.Conformance.Decorators;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Runs;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Runs;

/// <summary>The rows of run summaries: who writes them, and that they are what reading every event says.</summary>
public sealed partial class RunSummaryRowsTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private AgentLedger Runs => new(database.Store);

    [Fact]
    public async Task Append_WritesNoRow_AndAQuestionReadsOnlyWhatTheRowLacks()
    {
        var run = Runs.GetRun("lacking");
        await run.AppendAsync([new RunRenamed("as written")]);
        (await RowsAsync("run:lacking")).ShouldBe(0);

        (await run.GetSummaryAsync())!.Title.ShouldBe("as written");
        (await RowsAsync("run:lacking")).ShouldBe(1);
        await database.ExecuteAsync("update ledger.run_summary set state = state || '{\"title\": \"as stored\"}' where stream = 'run:lacking'");
        await run.AppendAsync([new KitLoaded("k")]);
        (await run.GetSummaryAsync())!.Title.ShouldBe("as stored");
        (await database.ScalarAsync<string>("select status || ' ' || version || ' ' || length from ledger.run_summary where stream = 'run:lacking'"))
            .ShouldBe("running 2 2");
    }

    [Fact]
    public async Task Rebuild_WritesWrongRowsAgain()
    {
        var run = Runs.GetRun("rebuilt");
        await run.AppendAsync([new LlmResponse(CostUsd: 1), new RunFailed("broken")]);
        var before = (await run.GetSummaryAsync())!;
        await run.ForkAsync(new Position(1), new ForkOptions { Id = "rebuilt" });
        const string Wrong = "update ledger.run_summary set status = 'done', version = 2, state = '{\"version\": 2}' where stream like '%:rebuilt'";
        await database.ExecuteAsync(Wrong);
        (await run.GetSummaryAsync())!.Error.ShouldBeNull();

        var admin = new ProjectionAdmin(database.DataSource);
        await admin.RebuildAsync("ledger:runs");
        Text((await run.GetSummaryAsync())!).ShouldBe(Text(before));
        (await database.ScalarAsync<string>("select status || ' ' || cost_usd from ledger.run_summary where stream = 'run:rebuilt'")).ShouldBe("failed 1");
        await database.ExecuteAsync(Wrong);
        await admin.RebuildAsync("runs", run.StreamName);
        Text((await run.GetSummaryAsync())!).ShouldBe(Text(before));
        (await Should.ThrowAsync<ArgumentException>(() => admin.RebuildAsync("runs", StreamName.Task("t")))).Message
            .ShouldBe("'ledger:runs' keeps nothing of 'task:t': the names of its streams begin with 'run:' or 'branch:'. Nothing was rebuilt.");
    }

    [Fact]
    public async Task Daemon_KeepsTheRowsUpToDate_AndQueriesLookOnlyAtWhatFollows()
    {
        await using var own = new LedgerDatabase();
        await own.InitializeAsync();
        var run = new AgentLedger(own.Store).GetRun("kept");
        await run.AppendAsync([new KitLoaded("k")]);
        await using var daemon = new ProjectionDaemon(own.DataSource, null, new DaemonOptions { RunSummaries = true });
        await daemon.StartAsync();
        await run.AppendAsync([new RunCompleted()]);

        await EventuallyAsync(own, "select coalesce(max(version), 0) from ledger.run_summary where stream = 'run:kept'", 2);
        await EventuallyAsync(own, "select last_seq_id from ledger.mt_event_progression where name = 'ledger:runs:All'", 2);
        (await new AgentLedger(own.Store).Summaries.QueryAsync(new RunQuery { Status = RunStatus.Done })).Runs.ShouldHaveSingleItem();
        (await own.ScalarAsync<long>("select seq from ledger.run_tail")).ShouldBe(0);
        (await new ProjectionAdmin(own.DataSource).ListAsync()).Select(s => (s.Projection, s.Kind)).ShouldContain(("ledger:runs", "runs"));
        await daemon.StopAsync();
    }

    [Fact]
    public async Task Query_LaterCommitOfALowerNumber_IsNotPassed()
    {
        await using var own = new LedgerDatabase();
        await own.InitializeAsync();
        var summaries = new AgentLedger(own.Store).Summaries;
        await using var connection = await own.DataSource.OpenConnectionAsync();
        await using var slow = await connection.BeginTransactionAsync();
        await new AgentLedger(own.Store.On(slow)).GetRun("late").AppendAsync([new KitLoaded("k")]);
        await new AgentLedger(own.Store).GetRun("early").AppendAsync([new KitLoaded("k")]);

        (await summaries.QueryAsync(new RunQuery())).Runs.Select(r => r.Stream.Id).ShouldBe(["early"]);
        var admin = new ProjectionAdmin(own.DataSource);
        await admin.RebuildAsync("ledger:runs");
        (await own.ScalarAsync<long>("select seq from ledger.run_tail")).ShouldBe(0);
        await slow.CommitAsync();
        (await summaries.QueryAsync(new RunQuery())).Runs.Select(r => r.Stream.Id).ShouldBe(["early", "late"], ignoreOrder: true);
        (await own.ScalarAsync<long>("select seq from ledger.run_tail")).ShouldBe(2);

        // What a rebuild has read, lists need not look at any more.
        await new AgentLedger(own.Store).GetRun("later").AppendAsync([new KitLoaded("k")]);
        await admin.RebuildAsync("ledger:runs");
        (await own.ScalarAsync<long>("select seq from ledger.run_tail")).ShouldBe(3);
    }

    [Fact]
    public async Task ReadOnly_Transaction_OneIsFolded_AndAListSaysWhatItLacks()
    {
        var run = Runs.GetRun("read-only");
        await run.AppendAsync([new RunCompleted()]);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var readOnly = new NpgsqlCommand("set transaction read only", connection, transaction);
        await readOnly.ExecuteNonQueryAsync();
        var within = new AgentLedger(database.Store.On(transaction));

        (await within.GetRun("read-only").GetSummaryAsync())!.Status.ShouldBe(RunStatus.Done);
        var page = await within.Summaries.QueryAsync(new RunQuery { Text = "read-only" });
        (page.Runs.Count, page.Behind > 0).ShouldBe((0, true));
    }

    [Fact]
    public async Task ReadOnly_Role_OneIsFolded_AndAListSaysWhatItLacks()
    {
        var run = Runs.GetRun("reader");
        await run.AppendAsync([new RunCompleted()]);
        var role = $"reader_{Guid.NewGuid():N}";
        await database.ExecuteAsync(
            $"""
            create role {role};
            grant usage on schema ledger to {role};
            grant select on all tables in schema ledger to {role};
            grant select on all sequences in schema ledger to {role};
            """);
        await using var reader = NpgsqlDataSource.Create(database.ConnectionString + $";Pooling=false;Options=-c role={role}");
        await using var store = new PostgresEventStore(reader);
        var ledger = new AgentLedger(store);

        (await ledger.GetRun("reader").GetSummaryAsync())!.Status.ShouldBe(RunStatus.Done);
        (await ledger.Summaries.QueryAsync(new RunQuery { Text = "reader" })).Behind.ShouldBeGreaterThan(0);
        (await RowsAsync("run:reader")).ShouldBe(0);
        await database.ExecuteAsync($"drop owned by {role}; drop role {role}");
    }

    [Fact]
    public async Task Branch_OfALongRun_BeginsWithTheMarkBeforeItsFork()
    {
        var run = Runs.GetRun("long");
        await run.AppendAsync([.. Enumerable.Range(0, 2_500).Select(_ => new LlmResponse(CostUsd: 0.01m))]);
        await run.GetSummaryAsync();
        (await database.ScalarAsync<long>("select count(*) from ledger.run_mark where stream = 'run:long'")).ShouldBe(2);
        foreach (var (at, usd) in new[] { (1, 0.01m), (1_000, 10m), (1_999, 19.99m), (2_500, 25m) })
        {
            var branch = await run.ForkAsync(new Position(at));
            (await branch.GetSummaryAsync())!.Usage.Whole.CostUsd.ShouldBe(usd, $"{at}");
        }
    }

    [Fact]
    public async Task Rebuild_IsNotUndone_ByAReaderThatBeganBeforeItEnded()
    {
        var run = Runs.GetRun("overtaken");
        await run.AppendAsync([new RunRenamed("as written")]);
        await run.GetSummaryAsync();
        await database.ExecuteAsync("update ledger.run_summary set state = state || '{\"title\": \"wrong\"}' where stream = 'run:overtaken'");
        await run.AppendAsync([new KitLoaded("k")]);
        await using var rebuilding = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await rebuilding.BeginTransactionAsync();
        await ExecuteAsync(transaction, "update ledger.run_summary set state = state || '{\"title\": \"as written\"}' where stream = 'run:overtaken'");

        var reading = run.GetSummaryAsync();
        await WaitsOrEndsAsync(reading, rebuilding);
        await transaction.CommitAsync();
        (await reading)!.Title.ShouldBe("as written");
        (await database.ScalarAsync<string>("select title || ' ' || version from ledger.run_summary where stream = 'run:overtaken'")).ShouldBe("as written 2");
    }

    [Fact]
    public async Task Deleted_StreamThatIsBeingRead_GetsNoRow()
    {
        var (run, other) = (Runs.GetRun("deleted"), Runs.GetRun("not-deleted"));
        await run.AppendAsync([new KitLoaded("k")]);
        await other.AppendAsync([new KitLoaded("k")]);
        await using var deleting = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await deleting.BeginTransactionAsync();
        await ExecuteAsync(transaction, "delete from ledger.mt_streams where id = 'run:deleted'");

        var reading = Runs.Summaries.FindAllAsync([run.StreamName, other.StreamName]);
        await WaitsOrEndsAsync(reading, deleting);
        await transaction.CommitAsync();
        (await reading).Select(r => r.Stream).ShouldBe([other.StreamName]);
        ((await RowsAsync("run:deleted")), (await RowsAsync("run:not-deleted"))).ShouldBe((0, 1));
    }

    [Fact]
    public async Task Status_OfAFewAmongMany_IsFoundByItsIndexes()
    {
        await using var own = new LedgerDatabase();
        await own.InitializeAsync();
        var run = new AgentLedger(own.Store).GetRun("rare");
        await run.AppendAsync([new RunFailed("x")]);
        await run.GetSummaryAsync();
        await own.ExecuteAsync(
            """
            insert into ledger.run_summary
            select (jsonb_populate_record(r, jsonb_build_object('stream', 'run:' || n, 'status', 'done', 'later_status', 'done'))).*
            from ledger.run_summary as r, generate_series(1, 20000) as n;
            analyze ledger.run_summary
            """);
        var schemas = new PostgresOptions().Schemas;
        var list = SqlText.Load("list_runs_of_status", schemas)
            .Replace("{filter}", SqlText.Load("run_filter", schemas), StringComparison.Ordinal)
            .Replace("{key}", "r.updated_at", StringComparison.Ordinal)
            .Replace("{after}", "$17::timestamptz", StringComparison.Ordinal)
            .Replace("$19", "51", StringComparison.Ordinal);
        for (var number = 18; number > 3; number--)
        {
            list = list.Replace($"${number}", "null", StringComparison.Ordinal);
        }

        list = list.Replace("$1", "''", StringComparison.Ordinal).Replace("$2", "'failed'", StringComparison.Ordinal).Replace("$3", "now()", StringComparison.Ordinal);
        var text = await own.ScalarAsync<string>($"explain (format json) {list}");
        text.ShouldContain("\"ix_run_summary_status\"");
        text.ShouldContain("\"ix_run_summary_later_status\"");
        text.ShouldNotContain("Seq Scan");

        await using var asking = own.DataSource.CreateCommand($"explain (format json) {SqlText.Load("pending_runs", new PostgresOptions().Schemas).Replace("$1", "'asked'", StringComparison.Ordinal)}");
        text = (string)(await asking.ExecuteScalarAsync())!;
        text.ShouldContain("\"ix_run_summary_pending\"");
        text.ShouldNotContain("Seq Scan");
    }

    [Fact]
    public async Task WaitingApprovals_AreFoundInTheRows_WithoutReadingHistories()
    {
        var (asked, decided) = (Runs.GetRun("asked"), Runs.GetRun("decided"));
        await AskAsync(asked);
        await decided.DecideAsync(await AskAsync(decided), ApprovalDecision.Approved, "owner");
        await asked.AppendAsync([new KitLoaded("k")]);
        await Runs.Summaries.CatchUpAsync();
        var counting = new CountingStore(database.Store);
        (await WaitingAsync(new AgentLedger(counting))).ShouldContain("asked");
        (await WaitingAsync(new AgentLedger(counting))).ShouldNotContain("decided");
        counting.HistoryReads.ShouldBe(0);
    }

    [Fact]
    public async Task WaitingApprovals_ThatTheRowsLack_AreFoundInTheLog()
    {
        static RunChange? Rule(RecordedEvent recorded, RunSummary run) => null;
        await using var ruling = new PostgresEventStore(database.DataSource, new PostgresOptions { Limits = new AgentLedgerOptions { RunRules = [Rule] } });
        var run = new AgentLedger(ruling).GetRun("asked-later");
        await run.AppendAsync([new KitLoaded("k")]);
        await run.GetSummaryAsync();
        await AskAsync(run);

        // In a transaction that may not write; then by a program that has not the rules of the rows.
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await ExecuteAsync(transaction, "set transaction read only");
            (await WaitingAsync(new AgentLedger(database.Store.On(transaction)))).ShouldContain("asked-later");
        }

        await Runs.Summaries.CatchUpAsync();
        (await database.ScalarAsync<string>("select version || ' ' || is_behind from ledger.run_summary where stream = 'run:asked-later'")).ShouldBe("1 true");
        (await WaitingAsync(Runs)).ShouldContain("asked-later");
    }

    [Fact]
    public async Task Folded_Summary_OfARewrittenEvent_IsForgottenAfterAWhile()
    {
        var run = Runs.GetRun("folded");
        await run.AppendAsync([new RunRenamed("a secret")]);
        var clock = new FakeTimeProvider();
        var summaries = new FoldingRunSummaries(database.Store, [], clock, TimeSpan.FromMinutes(1));
        (await summaries.FindAsync(run.StreamName))!.Title.ShouldBe("a secret");
        await database.ExecuteAsync("update ledger.mt_events set data = '{\"title\": \"a thing\"}' where stream_id = 'run:folded'");

        clock.Advance(TimeSpan.FromMinutes(1));
        (await summaries.FindAsync(run.StreamName))!.Title.ShouldBe("a thing");
    }

    [Fact]
    public async Task Folded_Summaries_AreRememberedUpToALimit()
    {
        var runs = new[] { "limit-1", "limit-2", "limit-3" }.Select(Runs.GetRun).ToList();
        var summaries = new FoldingRunSummaries(database.Store, [], TimeProvider.System) { MostStates = 2 };
        foreach (var run in runs)
        {
            await run.AppendAsync([new KitLoaded("k")]);
            await summaries.FindAsync(run.StreamName);
        }

        (await summaries.FindAllAsync([.. runs.Select(run => run.StreamName)], mostEvents: 0)).Select(r => r.Stream).ShouldBe([runs[2].StreamName]);
    }

    [Fact]
    public async Task RewrittenEvent_LeavesNothingOfIt_AndTheRunInItsLists()
    {
        var run = Runs.GetRun("masked");
        await run.AppendAsync([new RunRenamed("a secret"), new RunLabelled(["secret"]), new RunFailed("the secret is out")]);
        await Runs.Summaries.CatchUpAsync();
        (await Runs.Summaries.QueryAsync(new RunQuery { Text = "secret" })).Runs.ShouldHaveSingleItem();

        await database.ExecuteAsync(
            """
            update ledger.mt_events set data = '{"title": "a thing", "added": ["open"], "error": "a thing is out"}' where stream_id = 'run:masked'
            """);
        (await database.ScalarAsync<long>("select count(*) from ledger.run_summary as r where r::text like '%secret%'")).ShouldBe(0);
        var found = (await Runs.Summaries.QueryAsync(new RunQuery { Text = "a thing" })).Runs.ShouldHaveSingleItem();
        (found.Title, found.Error, found.Labels[0]).ShouldBe(("a thing", "a thing is out", "open"));
    }

    private static PostgresEventStore StoreWith(LedgerDatabase database, string name, RunChange whenStopped) => new(
        database.DataSource,
        new PostgresOptions
        {
            Limits = new AgentLedgerOptions
            {
                RunRules = [(recorded, _) => recorded.Data is KitLoaded { Kit: "stop" } ? whenStopped : null],
                RunRulesName = name,
            },
        });

    private static async Task<Guid> AskAsync(Run run) => (await Should.ThrowAsync<ApprovalPendingException>(() => run.CallAsync(
        "tool", """{"tool":"pay","arguments":{}}""", (_, _) => throw new InvalidOperationException(), new CallOptions { Approval = ApprovalPolicy.Required }))).ApprovalId;

    private static async Task<IReadOnlyList<string>> WaitingAsync(AgentLedger ledger) =>
        [.. (await ledger.ListWaitingApprovalsAsync()).Select(w => w.Stream.Id)];

    private static string Text(RunSummary run) => $"{run.Status} {run.Error} {run.Title} {run.Usage} {run.Version} {run.Length} {run.StartedAt:O} {run.UpdatedAt:O}";

    private static async Task ExecuteAsync(NpgsqlTransaction transaction, string sql)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        await command.ExecuteNonQueryAsync();
    }

    private async Task WaitsOrEndsAsync(Task task, NpgsqlConnection holder)
    {
        while (!task.IsCompleted
            && await database.ScalarAsync<long>($"select count(*) from pg_stat_activity where {holder.ProcessID} = any (pg_blocking_pids(pid))") == 0)
        {
        }
    }

    private Task<long> RowsAsync(string stream) => database.ScalarAsync<long>($"select count(*) from ledger.run_summary where stream = '{stream}'");

    private static async Task EventuallyAsync(LedgerDatabase own, string sql, long least)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await own.ScalarAsync<long>(sql) < least)
        {
            await Task.Delay(20, stop.Token);
        }
    }
}
