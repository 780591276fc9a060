using System.Text.Json.Nodes;
using Ledger.Log;
using Ledger.Postgres.Retention;
using Ledger.Runs;
using Ledger.Worlds;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Retention;

/// <content>What happens to a stream, or to its file, between the steps of a run.</content>
public abstract partial class RetentionTests
{
    [Fact]
    public async Task Run_MaskedOrHeldBetweenTheSteps_RemovesNothingThatItsFileLacks()
    {
        await using var log = await OpenAsync();
        var ledger = new AgentLedger(log.Store);
        var folder = Directory.CreateTempSubdirectory("ledger-retention-").FullName;
        var options = new RetentionOptions { Policies = [Old], Folder = folder };
        await FillRunAsync("secret");
        await AgeAsync(log);

        // Rewritten once its file is complete, before the first page: the file is written again.
        var report = await StepsOf(folder, (4, () => ExecuteAsync(log, "update ledger.mt_events set data = '{\"title\": \"****\"}' where version = 2 and stream_id = 'run:secret'"))).RunAsync(options);
        Lines(report).ShouldBe(["run:secret removed 5 of 5"]);
        var file = Directory.GetFiles(folder).ShouldHaveSingleItem();
        Path.GetFileName(file).ShouldBe(report.Streams[0].File);
        Unzipped(await File.ReadAllBytesAsync(file)).ShouldSatisfyAllConditions(t => t.ShouldContain("****"), t => t.ShouldNotContain("\"o1\""));

        // Between two pages, the first of which has the rows of the world and two events: what is left stays, and goes in a run of its own.
        await FillRunAsync("half");
        await AgeAsync(log);
        var first = await StepsOf(folder, (5, () => ExecuteAsync(log, "update ledger.mt_events set data = '{\"title\": \"****\"}' where version = 2 and stream_id = 'run:half'"))).RunAsync(options);
        Lines(first).ShouldBe(["run:half removed changed 2 of 5, 3 kept"]);
        var before = await DumpAsync(log, "and x.stream_id = 'run:half'", "mt_events");
        await AgeAsync(log);
        var second = await StepsOf(folder).RunAsync(options);
        Lines(second).ShouldContain("run:half removed 3 of 3");
        await RestoreAsync(second.Streams.Single(s => s.Stream.Value == "run:half").File!);
        (await DumpAsync(log, "and x.stream_id = 'run:half'", "mt_events")).ShouldBe(before);
        await RestoreAsync(first.Streams[0].File!);
        (await ledger.GetRun("half").ReadAllAsync()).Count.ShouldBe(5);
        await RetentionOf(log).HoldAsync("run:half", "Done.");

        // A hold of a label that comes between two pages, when the summary has lost it; and a world that is read there.
        await FillRunAsync("labelled");
        await ledger.GetRun("labelled").LabelAsync(["case"]);
        await ledger.Summaries.CatchUpAsync();
        await AgeAsync(log);
        var held = await StepsOf(folder, (5, async () =>
        {
            await ledger.GetRun("labelled").GetWorldAsync();
            await RetentionOf(log).HoldAsync("label:case", "A case.");
        })).RunAsync(options);
        Lines(held).ShouldContain("run:labelled removed held 2 of 6, 4 kept");
        (await RetentionOf(log).ReleaseAsync("label:case")).ShouldBeTrue();
        await RestoreAsync(held.Streams.Single(s => s.Stream.Value == "run:labelled").File!);
        (await ledger.GetRun("labelled").ReadAllAsync()).Count.ShouldBe(6);

        // Of a prefix that stays no row of a later event outlives it, though it was read between two pages.
        await (await ledger.GetRun("labelled").ForkAsync(new Position(1), new ForkOptions { Id = "living" })).AppendAsync([new KitLoaded("kit")]);
        await AgeAsync(log);
        await RetentionOf(log).HoldAsync("branch:living", "Done.");
        var cut = await StepsOf(folder, (5, () => ledger.GetRun("labelled").GetWorldAsync())).RunAsync(options);
        Lines(cut).ShouldContain("run:labelled removed 5 of 6, 1 kept");
        (await ColumnAsync(log, "select id from ledger.world_object where stream = 'run:labelled' and id <> 'o0'")).ShouldBeEmpty();
        Directory.Delete(folder, recursive: true);

        Task FillRunAsync(string id) => ledger.GetRun(id).AppendAsync([.. Enumerable.Range(0, 5).Select(i => new ObjectCreated($"o{i}", "T"))]);

        LogRetention StepsOf(string _, params (int Step, Func<Task> Act)[] acts)
        {
            var steps = 0;
            return new LogRetention(log.DataSource)
            {
                RowsOfPage = 7,
                BeforeStep = () =>
                {
                    steps++;
                    foreach (var (_, act) in acts.Where(a => a.Step == steps))
                    {
                        Task.Run(act).GetAwaiter().GetResult();
                    }
                },
            };
        }

        async Task RestoreAsync(string name)
        {
            await using var stream = File.OpenRead(Path.Combine(folder, name));
            await RetentionOf(log).RestoreAsync(stream);
        }
    }

    [Fact]
    public async Task Hold_WhileAPageIsRemoved_WaitsForIt()
    {
        await using var log = await OpenAsync();
        await new AgentLedger(log.Store).GetRun("paged").AppendAsync([.. Enumerable.Range(0, 5).Select(i => new ObjectCreated($"o{i}", "T"))]);
        await ArchivedAsync(log, "run:paged");
        await using var connection = await log.DataSource.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var page = new NpgsqlCommand("select ledger.retain_page_v1(max(id), 'run:paged', 7, gen_random_uuid()) from ledger.retention_run", connection);
            await page.ExecuteNonQueryAsync();
            var hold = RetentionOf(log).HoldAsync("run:paged", "A case.");
            while ((await ColumnAsync(log, $"select 'waits' from pg_stat_activity where {connection.ProcessID} = any (pg_blocking_pids(pid))")).Count == 0)
            {
                hold.IsCompleted.ShouldBeFalse();
            }

            await transaction.CommitAsync();
            await hold;
        }

        // What was there when it was set stays.
        (await ColumnAsync(log, "select p.state || ' ' || p.reason || ' ' || p.removed from ledger.retain_page_v1((select max(id) from ledger.retention_run), 'run:paged', 7, gen_random_uuid()) as p"))
            .ShouldBe(["removed held 0"]);
        (await ColumnAsync(log, "select version::text from ledger.mt_events where stream_id = 'run:paged' order by 1")).ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public async Task Page_WhileTheLogIsFirstSealed_WaitsAndLeavesWhatTheSealLacks()
    {
        await using var log = await OpenAsync();
        await new AgentLedger(log.Store).GetRun("sealed").AppendAsync([.. Enumerable.Range(0, 5).Select(i => new ObjectCreated($"o{i}", "T"))]);
        await ArchivedAsync(log, "run:sealed");
        await using var connection = await log.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var seal = new NpgsqlCommand("update ledger.seal_head set size = 1, seq = 1", connection);
        await seal.ExecuteNonQueryAsync();

        var page = ColumnAsync(log, "select p.state || ' ' || p.reason || ' ' || p.removed from ledger.retain_page_v1((select max(id) from ledger.retention_run), 'run:sealed', 10, gen_random_uuid()) as p");
        while ((await ColumnAsync(log, $"select 'waits' from pg_stat_activity where {connection.ProcessID} = any (pg_blocking_pids(pid))")).Count == 0)
        {
            page.IsCompleted.ShouldBeFalse();
        }

        await transaction.CommitAsync();
        (await page).ShouldBe(["left unsealed 0"]);
    }

    [Fact]
    public async Task Run_RefusedByTheDatabaseOrWithoutItsFile_LeavesThatStreamAloneAndEnds()
    {
        await using var log = await OpenAsync();
        var ledger = new AgentLedger(log.Store);
        foreach (var id in new[] { "bad", "good", "late", "lost" })
        {
            await ledger.GetRun(id).AppendAsync([.. Enumerable.Range(0, 5).Select(i => new ObjectCreated($"o{i}", "T"))]);
        }

        await AgeAsync(log);
        await ExecuteAsync(log, """
            create function ledger.refuse() returns trigger language plpgsql as $$ begin raise exception 'No.' using errcode = 'P0009'; end $$;
            create trigger tr_refuse before delete on ledger.mt_events for each row when (old.stream_id = 'run:bad' or old.stream_id = 'run:late' and old.version = 2) execute function ledger.refuse()
            """);
        var (folder, steps) = (Directory.CreateTempSubdirectory("ledger-retention-").FullName, 0);
        var options = new RetentionOptions { Policies = [Old with { Kind = RetentionKind.Run }], Folder = folder };
        await Should.ThrowAsync<TimeoutException>(() => new LogRetention(log.DataSource)
        {
            RowsOfPage = 7,
            BeforeStep = () =>
            {
                // A second process is refused meanwhile.
                if (++steps == 2)
                {
                    Task.Run(() => Should.ThrowAsync<RetentionInProgressException>(() => RetentionOf(log).RunAsync(options))).GetAwaiter().GetResult();
                }

                // In the middle of the last stream.
                if (ColumnAsync(log, "select 'x' from ledger.retention_stream where stream = 'run:lost' and state = 'removing'").GetAwaiter().GetResult().Count > 0)
                {
                    throw new TimeoutException("The process ends here.");
                }
            },
        }.RunAsync(options));
        Lines((await RetentionOf(log).FindReportAsync())!).ShouldBe(["run:bad left failed 0 of 5", "run:good removed 5 of 5", "run:late removed failed 2 of 5, 3 kept", "run:lost removing 2 of 5"]);
        var lost = Path.Combine(folder, (await RetentionOf(log).FindReportAsync())!.Streams[3].File!);
        var whole = await File.ReadAllBytesAsync(lost);
        await File.WriteAllBytesAsync(lost, whole[..^1]);

        await RetentionOf(log).RunAsync(options with { Policies = [Old with { Kind = RetentionKind.Task }] });
        var report = (await RetentionOf(log).FindReportAsync(1))!;
        Lines(report).ShouldBe(["run:bad left failed 0 of 5", "run:good removed 5 of 5", "run:late removed failed 2 of 5, 3 kept", "run:lost removed archive 2 of 5, 3 kept"]);
        report.FinishedAt.ShouldNotBeNull();
        report.Streams[0].Fault.ShouldBe("P0009: No.");
        (await ledger.GetRun("late").GetWorldAsync()).Objects.Select(o => o.Id).ShouldBe(["o0", "o1", "o2"], "What is left is shown again.");
        FilesIn(folder).ShouldBe(
            report.Streams.Select(s => s.File).OfType<string>().Order(StringComparer.Ordinal), "What was left has no file.");
        await RetentionOf(log).RestoreAsync(new MemoryStream(whole));
        (await ledger.GetRun("lost").ReadAllAsync()).Count.ShouldBe(5);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Merge_SourceIsBeingRemoved_IsRefusedAndWritesNothing()
    {
        await using var log = await OpenAsync();
        var ledger = new AgentLedger(log.Store);
        var run = ledger.GetRun("main");
        await run.AppendAsync([new ObjectCreated("o", "T", new JsonObject { ["a"] = 1 })]);
        var branch = await run.ForkAsync(new Position(1), new ForkOptions { Id = "side" });
        await branch.AppendAsync([new ObjectPatched("o", new JsonObject { ["a"] = 2 }), .. Enumerable.Range(0, 6).Select(i => new ObjectCreated($"s{i}", "T"))]);
        await run.AppendAsync([new ObjectPatched("o", new JsonObject { ["a"] = 3 })]);
        await AgeAsync(log);
        var folder = Directory.CreateTempSubdirectory("ledger-retention-").FullName;
        var options = new RetentionOptions { Policies = [Old with { Kind = RetentionKind.Branch }], Folder = folder };
        var (length, pages) = (await run.GetLengthAsync(), 0);

        // Retention begins to remove the branch after the merge has read it, and ends after its first page.
        var resolver = MergeResolver.By(async (_, _) =>
        {
            await Should.ThrowAsync<TimeoutException>(() => new LogRetention(log.DataSource)
            {
                RowsOfPage = 3,
                BeforeStep = () =>
                {
                    if (++pages == 5)
                    {
                        throw new TimeoutException("The process ends here.");
                    }
                },
            }.RunAsync(options));
            return MergeDecision.Theirs;
        });
        (await Should.ThrowAsync<BrokenHistoryException>(() => run.MergeAsync(branch, new MergeOptions { Resolver = resolver }))).Stream.ShouldBe(branch.StreamName);

        // One that begins then does not find it; nor does a cherry-pick or a fork.
        await Should.ThrowAsync<StreamNotFoundException>(() => run.MergeAsync(branch));
        await Should.ThrowAsync<StreamNotFoundException>(() => ledger.OpenAsync(branch.StreamName));
        (await run.GetLengthAsync()).ShouldBe(length);
        (await LogSearch.Of(log.Store).FindBranchesAsync(new BranchQuery())).Branches.ShouldBeEmpty();

        var report = await RetentionOf(log).RunAsync(options);
        report.Resumed.ShouldBe(1);
        await using (var file = File.OpenRead(Path.Combine(folder, (await RetentionOf(log).FindReportAsync(1))!.Streams.Single().File!)))
        {
            await RetentionOf(log).RestoreAsync(file);
        }

        await run.MergeAsync(await ledger.OpenAsync(branch.StreamName), new MergeOptions { Resolver = MergeResolver.Theirs });
        (await run.FindObjectAsync("o"))!.Data["a"].GetInt32().ShouldBe(2);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Run_ContinuedWithAnotherFolder_IsRefusedUnlessTheFilesWereMovedThere()
    {
        await using var log = await OpenAsync();
        var ledger = new AgentLedger(log.Store);
        foreach (var id in new[] { "a", "b" })
        {
            await ledger.GetRun(id).AppendAsync([.. Enumerable.Range(0, 5).Select(i => new ObjectCreated($"o{i}", "T"))]);
        }

        await AgeAsync(log);
        var (first, other) = (Directory.CreateTempSubdirectory("ledger-retention-").FullName, Directory.CreateTempSubdirectory("ledger-retention-").FullName);
        var options = new RetentionOptions { Policies = [Old], Folder = first + "/" };
        await Should.ThrowAsync<TimeoutException>(() => new LogRetention(log.DataSource)
        {
            RowsOfPage = 7,
            BeforeStep = () =>
            {
                if (ColumnAsync(log, "select 'x' from ledger.retention_stream where state = 'removing'").GetAwaiter().GetResult().Count > 0)
                {
                    throw new TimeoutException("The process ends here.");
                }
            },
        }.RunAsync(options));
        var begun = (await RetentionOf(log).FindReportAsync())!;
        (begun.Folder, begun.Streams[0].State).ShouldBe((first, RetentionState.Removing));

        var refused = await Should.ThrowAsync<ArchiveException>(() => RetentionOf(log).RunAsync(options with { Folder = other }));
        refused.Message.ShouldStartWith($"Retention 1 was interrupted and has its archives in '{first}', and '{begun.Streams[0].File}' of '{begun.Streams[0].Stream}' is not in '{other}' as it was written.");
        Directory.GetFiles(other).ShouldBeEmpty();
        File.Move(Path.Combine(first, begun.Streams[0].File!), Path.Combine(other, begun.Streams[0].File!));
        await RetentionOf(log).RunAsync(options with { Folder = other });

        var report = (await RetentionOf(log).FindReportAsync(1))!;
        report.Folder.ShouldBe(other);
        Lines(report).ShouldBe(["run:a removed 5 of 5", "run:b removed 5 of 5"], ignoreOrder: true);
        FilesIn(first).ShouldBeEmpty();
        FilesIn(other).ShouldBe(report.Streams.Select(s => s.File).Order(StringComparer.Ordinal));
        Directory.Delete(first);
        Directory.Delete(other, recursive: true);
    }

    [Fact]
    public async Task Run_SourceOfAMergeAndWhatWasMasked_Stay_AndTheSearchFindsWhatIsRestored()
    {
        await using var log = await OpenAsync();
        var ledger = new AgentLedger(log.Store);
        var run = ledger.GetRun("main");
        await run.AppendAsync([new ObjectCreated("o", "T")]);
        var branch = await run.ForkAsync(new Position(1), new ForkOptions { Id = "side" });
        await branch.AppendAsync([new ObjectCreated("s", "T")]);
        await run.MergeAsync(branch);
        await ledger.GetRun("far").AppendAsync([new KitLoaded("kettle"), new KitLoaded("pot")]);
        await ExecuteAsync(log, "insert into ledger.mt_streams (id, version, tenant_id) values ('masked:run:far', 1, '*DEFAULT*')");
        await AgeAsync(log);
        await ExecuteAsync(log, "update ledger.mt_streams set timestamp = now() where id = 'run:main'");
        var folder = Directory.CreateTempSubdirectory("ledger-retention-").FullName;

        // The index of the search is at the end of the log.
        await ExecuteAsync(log, "insert into ledger.mt_event_progression (name, last_seq_id) values ('ledger:search:All', 1000000)");
        var report = await RetentionOf(log).RunAsync(new RetentionOptions { Policies = [Old], Folder = folder });

        Lines(report).ShouldBe(["branch:side left branch 0 of 2", "run:far removed 2 of 2"], ignoreOrder: true);
        await using (var file = File.OpenRead(Path.Combine(folder, report.Streams.Single(s => s.Stream.Value == "run:far").File!)))
        {
            await RetentionOf(log).RestoreAsync(file);
        }

        (await ColumnAsync(log, "select e.version::text from ledger.search_entry as s join ledger.mt_events as e on e.seq_id = s.seq where s.keys is null and e.stream_id = 'run:far' order by 1"))
            .ShouldBe(["1", "2"]);
        Directory.Delete(folder, recursive: true);
    }

    // As a run has it whose file is complete.
    private static Task ArchivedAsync(RetainedLog log, string stream) => ExecuteAsync(log, $"""
        insert into ledger.retention_run (policies, started_by, started_at) values ('[]', 'a', now());
        insert into ledger.retention_stream (run, stream, place, policy, version, kept, state, events, file, sha256, mark)
        select max(r.id), '{stream}', 1, 'a', 5, 0, 'archived', 0, 'a', sha256(''), ledger.retention_mark_v1('{stream}') from ledger.retention_run as r
        """);
}
