using System.IO.Compression;
using System.Text;
using Ledger.Conformance;
using Ledger.Log;
using Ledger.Postgres.Retention;
using Ledger.Records;
using Ledger.Tasks;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Retention;

/// <summary>Retention on the engines that have tables: what policies choose, what stays for branches, what a file has, and what an interruption leaves.</summary>
public abstract partial class RetentionTests
{
    private static readonly RetentionPolicy Old = new() { Name = "old", OlderThan = TimeSpan.FromDays(30) };

    [Fact]
    public async Task Run_OldStreams_KeepsWhatABranchShares_AndRestoresToTheByte()
    {
        await using var log = await OpenAsync();
        await FillAsync(log);
        var (retention, folder) = (RetentionOf(log), Directory.CreateTempSubdirectory("ledger-retention-").FullName);
        await retention.HoldAsync("branch:k", "The case of the kettle.");
        var (before, world, prefix) = (await DumpAsync(log), await WorldOfAsync(log, "k"), await DumpAsync(log, "and (to_jsonb(x) ->> 'version')::bigint <= 3", "mt_events"));

        var plan = await retention.PlanAsync([Old]);
        (await DumpAsync(log)).ShouldBe(before);
        var report = await retention.RunAsync(new RetentionOptions { Policies = [Old], Folder = folder });

        Lines(report).ShouldBe(
            """
            branch:k left held 0 of 2
            branch:c removed 3 of 3
            branch:b removed 4 of 4
            task:child removed 2 of 2
            task:parent removed 1 of 1
            run:a removed 9 of 12, 3 kept
            run:d removed 3 of 3
            order-7 removed 2 of 2
            chrono:kettle removed 3 of 3
            chrono:pot removed 3 of 6
            """.Split('\n'),
            ignoreOrder: true);
        Lines(report)[..3].ShouldBe(["branch:k left held 0 of 2", "branch:c removed 3 of 3", "branch:b removed 4 of 4"]);
        plan.Events.ShouldBe(report.Events);
        plan.Streams.Sum(s => s.Bytes).ShouldBeGreaterThan(0);
        plan.Streams.Single(s => s.Stream.Value == "run:a").DerivedRows.ShouldBeGreaterThan(0);
        (report.FinishedAt, report.Resumed).ShouldSatisfyAllConditions(r => r.FinishedAt.ShouldNotBeNull(), r => r.Resumed.ShouldBeNull());

        // What is left: the branch with what it shares, its world as it was, and what retention says.
        (await ColumnAsync(log, "select id || ' ' || version || ' ' || is_archived from ledger.mt_streams order by id collate \"C\"")).ShouldBe(
            ["branch:k 2 false", "retention:1 9 false", "run:a 3 true"]);
        (await WorldOfAsync(log, "k")).ShouldBe(world);
        foreach (var table in new[] { "tasks", "messages", "calls", "chrono_head", "chrono_record", "chrono_change", "chrono_archive" })
        {
            (await ColumnAsync(log, $"select 'left' from ledger.{table}")).ShouldBeEmpty(table);
        }

        (await ColumnAsync(log, "select distinct stream from (select stream from ledger.world_object union select stream from ledger.world_object_past union select stream from ledger.run_summary) as r where stream not in ('run:a', 'branch:k')"))
            .ShouldBeEmpty();
        await Should.ThrowAsync<StreamArchivedException>(() => log.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("more")]));

        // A second run finds nothing more, and everything comes back by its file, what others were forked from first.
        (await retention.RunAsync(new RetentionOptions { Policies = [Old], Folder = folder })).Streams.ShouldAllBe(s => s.State == RetentionState.Left);
        foreach (var stream in report.Streams.Where(s => s.File is not null).Reverse())
        {
            await using var file = File.OpenRead(Path.Combine(folder, stream.File!));
            (await retention.RestoreAsync(file)).ShouldBe(new RestoredStream(stream.Stream, stream.Version, stream.Events));
        }

        (await DumpAsync(log)).ShouldBe(before);
        (await WorldOfAsync(log, "k")).ShouldBe(world);
        (await DumpAsync(log, "and (to_jsonb(x) ->> 'version')::bigint <= 3", "mt_events")).ShouldBe(prefix);
        (await new AgentLedger(log.Store).GetRun("a").GetWorldAsync()).Objects.Count.ShouldBe(11);
        await using var records = new ChronoStore(log.Store, "kettle");
        (await records.VerifyChainAsync()).ChainValid.ShouldBeTrue();
        (await new TaskLedger(log.Store).FindTaskAsync("child"))!.ParentTaskId.ShouldBe("parent");
        await log.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("more")]);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Run_StreamForkedGrownOrHeldMeanwhile_IsLeftAsItIs()
    {
        await using var log = await OpenAsync();
        var ledger = new AgentLedger(log.Store);
        foreach (var id in new[] { "forked", "grown", "held", "gone" })
        {
            await ledger.GetRun(id).AppendAsync([new ObjectCreated("o", "T"), new ObjectPatched("o"), new ObjectPatched("o")]);
        }

        await AgeAsync(log);
        var (steps, folder) = (0, Directory.CreateTempSubdirectory("ledger-retention-").FullName);
        var before = await DumpAsync(log);
        var retention = new LogRetention(log.DataSource)
        {
            // After the plan is made, before the first archive is written.
            BeforeStep = () =>
            {
                if (++steps == 2)
                {
                    Task.Run(async () =>
                    {
                        await ledger.GetRun("forked").ForkAsync(new Position(2), new ForkOptions { Id = "living" });
                        await ledger.GetRun("grown").AppendAsync([new KitLoaded("more")]);
                        await RetentionOf(log).HoldAsync("run:held", "A case.");
                    }).GetAwaiter().GetResult();
                }
            },
        };
        var report = await retention.RunAsync(new RetentionOptions { Policies = [Old], Folder = folder });

        Lines(report).ShouldBe(
            ["run:forked removed 1 of 3, 2 kept", "run:gone removed 3 of 3", "run:grown left changed 0 of 3", "run:held left held 0 of 3"], ignoreOrder: true);
        (await (await ledger.OpenAsync("branch:living")).ReadAllAsync()).Count.ShouldBe(3);
        (await DumpAsync(log, "and x.id in ('run:grown', 'run:held')", "mt_streams")).Count.ShouldBe(2);
        before.Count.ShouldBeGreaterThan(0);

        // A fork that was under way when its prefix was cut off is refused when it commits.
        var late = await Should.ThrowAsync<PostgresException>(() => ExecuteAsync(log, """
            insert into ledger.mt_streams (id, version, tenant_id) values ('branch:late', 1, '*DEFAULT*');
            insert into ledger.branch (stream, parent, root, fork_position, segment_stream, segment_taken, created_at)
            values ('branch:late', 'run:forked', 'run:forked', 3, '{run:forked}', '{3}', now());
            insert into ledger.branch_segment (branch, stream, taken) values ('branch:late', 'run:forked', 3)
            """));
        late.SqlState.ShouldBe("LG040");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Plan_Policies_FirstThatFitsDecides()
    {
        await using var log = await OpenAsync();
        var ledger = new AgentLedger(log.Store);
        for (var i = 0; i < 6; i++)
        {
            await ledger.GetRun($"r{i}").AppendAsync([new KitLoaded("kit")]);
        }

        await ledger.GetRun("r0").LabelAsync(["keep"]);
        await ledger.GetRun("r1").LabelAsync(["held"]);
        await ledger.GetRun("r2").ForkAsync(new Position(1), new ForkOptions { Id = "b" });
        await log.Store.AppendAsync(new StreamName("order-1"), ExpectedVersion.Any, [new KitLoaded("kit")]);
        await AgeAsync(log);
        var retention = RetentionOf(log);
        await retention.HoldAsync("label:held", "A case.");
        await retention.HoldAsync("run:r5", "Another.");

        async Task<string[]> PlanAsync(params RetentionPolicy[] policies) =>
            [.. Lines(await retention.PlanAsync(policies)).Order(StringComparer.Ordinal)];

        (await PlanAsync(new RetentionPolicy { Name = "labelled", Label = "keep" }, Old with { Kind = RetentionKind.Run, KeepLast = 1 })).ShouldBe(
            ["run:r2 left branch 0 of 1", "run:r3 planned 1 of 1", "run:r4 planned 1 of 1", "run:r5 left held 0 of 1"], "The last one is r1, which was labelled last.");
        (await PlanAsync(Old with { Kind = RetentionKind.Run, KeepLast = 0 })).ShouldContain("run:r1 left held 0 of 2");
        (await PlanAsync(Old with { Kind = RetentionKind.Stream })).ShouldBe(["order-1 planned 1 of 1"]);
        (await PlanAsync(Old with { OlderThan = TimeSpan.FromDays(90) })).ShouldBeEmpty();
        (await PlanAsync(Old with { Label = "keep" })).ShouldBe(["run:r0 planned 2 of 2"]);
        (await PlanAsync(Old with { Kind = RetentionKind.Branch }, new RetentionPolicy { Name = "rest" })).ShouldBe(["branch:b planned 1 of 1"]);
        (await retention.ListHoldsAsync()).Select(h => (h.Target, h.Reason)).ShouldBe([("label:held", "A case."), ("run:r5", "Another.")]);
        (await retention.ReleaseAsync("run:r5")).ShouldBeTrue();
        (await retention.ReleaseAsync("run:r5")).ShouldBeFalse();
        await Should.ThrowAsync<StreamNotFoundException>(() => retention.HoldAsync("run:nix", "A case."));
        await Should.ThrowAsync<ArgumentException>(() => retention.PlanAsync([]));
        await Should.ThrowAsync<ArgumentException>(() => retention.PlanAsync([Old with { KeepLast = -1 }]));
    }

    [Fact]
    public async Task Run_LongStreamWithTags_GoesInPagesAndTakesThemAlong()
    {
        await using var log = await OpenAsync();
        var events = Scale.Of(250, 25_000);
        await ExecuteAsync(log, "create table ledger.mt_event_tag_order (value varchar not null, seq_id bigint not null references ledger.mt_events (seq_id), primary key (value, seq_id))");
        await new AgentLedger(log.Store).GetRun("long").AppendAsync([.. Enumerable.Range(0, events).Select(i => new ObjectCreated($"o{i}", "T"))]);
        await ExecuteAsync(log, "insert into ledger.mt_event_tag_order (value, seq_id) select 'order-' || version % 7, seq_id from ledger.mt_events where version % 3 = 0");
        await ExecuteAsync(log, "insert into ledger.masked_event (seq, stream, masked_by, masked_at, salt) select seq_id, stream_id, id, now(), 'salt' from ledger.mt_events where version % 50 = 0");
        await AgeAsync(log);
        var (folder, before) = (Directory.CreateTempSubdirectory("ledger-retention-").FullName, await DumpAsync(log, "", "mt_events", "mt_streams", "mt_event_tag_order", "masked_event"));
        var retention = new LogRetention(log.DataSource) { RowsOfPage = events / 5 };
        await CountDeletesAsync(log);
        var moment = (await ColumnAsync(log, "select pg_current_snapshot()::text"))[0];

        var report = await retention.RunAsync(new RetentionOptions { Policies = [Old], Folder = folder });

        Lines(report).ShouldBe([$"run:long removed {events} of {events}"]);

        // By this a seal that has read the events before, and had none until then, reads again.
        (await ColumnAsync(log, $"select stream from ledger.rewritten_event where not pg_visible_in_snapshot(transaction, '{moment}')")).ShouldBe(["run:long"]);
        (await ColumnAsync(log, "select (select count(*) from ledger.mt_event_tag_order) || ' ' || (select count(*) from ledger.masked_event)")).ShouldBe(["0 0"]);
        // Besides what a stream has but once: its row, its heads, its summary.
        int.Parse((await ColumnAsync(log, "select max(n.rows)::text from (select count(*) as rows from counts.deleted group by tx) as n"))[0], null).ShouldBeInRange(events / 6, (events / 5) + 8);
        (await ColumnAsync(log, "select name || ' ' || count(*) from counts.deleted where name in ('mt_events', 'world_object', 'mt_event_tag_order', 'masked_event') group by name order by name")).ShouldBe(
            [$"masked_event {events / 50}", $"mt_event_tag_order {events / 3}", $"mt_events {events}", $"world_object {events}"]);
        await ExecuteAsync(log, "drop schema counts cascade");
        await using (var file = File.OpenRead(Path.Combine(folder, report.Streams[0].File!)))
        {
            await retention.RestoreAsync(file);
        }

        (await DumpAsync(log, "", "mt_events", "mt_streams", "mt_event_tag_order", "masked_event")).ShouldBe(before);
        (await new AgentLedger(log.Store).GetRun("long").GetWorldAsync()).Objects.Count.ShouldBe(events);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Restore_FileThatIsNotWholeOrOfNoRun_IsRefused()
    {
        await using var log = await OpenAsync();
        await new AgentLedger(log.Store).GetRun("a").AppendAsync([new ObjectCreated("o", "T"), new ObjectPatched("o")]);
        await AgeAsync(log);
        var (retention, folder) = (RetentionOf(log), Directory.CreateTempSubdirectory("ledger-retention-").FullName);
        var report = await retention.RunAsync(new RetentionOptions { Policies = [Old], Folder = folder });
        var whole = await File.ReadAllBytesAsync(Path.Combine(folder, report.Streams[0].File!));
        var text = Unzipped(whole);

        (await Should.ThrowAsync<ArchiveException>(() => retention.RestoreAsync(new MemoryStream([1, 2, 3])))).Message.ShouldStartWith("The file is not an archive");
        foreach (var (changed, message) in new[]
        {
            (string.Join('\n', text.Split('\n')[..2]) + "\n", "The file is not the one that retention 1 wrote of 'run:a'"),
            (text.Replace("\"T\"", "\"U\"", StringComparison.Ordinal), "The file is not the one that retention 1 wrote of 'run:a'"),
            (text.Replace("\"retention\":1", "\"retention\":7", StringComparison.Ordinal), "Retention 7 has not removed 'run:a'"),
        })
        {
            (await Should.ThrowAsync<ArchiveException>(() => retention.RestoreAsync(new MemoryStream(Zipped(changed))))).Message.ShouldStartWith(message);
        }

        await retention.RestoreAsync(new MemoryStream(whole));
        (await new AgentLedger(log.Store).GetRun("a").ReadAllAsync()).Count.ShouldBe(2);
        (await Should.ThrowAsync<ArchiveException>(() => retention.RestoreAsync(new MemoryStream(whole)))).Message.ShouldStartWith("Retention 1 has not removed 'run:a', or it was restored");
        Directory.Delete(folder, recursive: true);
    }

    // Counts the rows that each transaction deletes of any table.
    private static Task CountDeletesAsync(RetainedLog log) => ExecuteAsync(log, """
        create schema counts;
        create table counts.deleted (tx xid8 not null, name text not null);
        create function counts.take() returns trigger language plpgsql as $$ begin insert into counts.deleted values (pg_current_xact_id(), tg_table_name); return null; end $$;
        do $$
        declare
            name text;
        begin
            for name in select c.oid::regclass::text from pg_class as c where c.relkind = 'r' and c.relnamespace = 'ledger'::regnamespace loop
                execute format('create trigger tr_counted after delete on %s for each row execute function counts.take()', name);
            end loop;
        end
        $$
        """);

    /// <summary>A log without events.</summary>
    protected abstract Task<RetainedLog> OpenAsync();

    private static LogRetention RetentionOf(RetainedLog log) => new(log.DataSource);

    private static async Task FillAsync(RetainedLog log)
    {
        var ledger = new AgentLedger(log.Store);
        var a = ledger.GetRun("a");
        await a.AppendAsync([.. Enumerable.Range(0, 9).Select(i => new ObjectCreated($"o{i}", "T"))]);
        await a.AppendAsync([new RelationCreated("r", "knows", "o1", "o2"), new ObjectCreated("p", "T"), new ObjectCreated("q", "T")]);
        var b = await a.ForkAsync(new Position(6), new ForkOptions { Id = "b" });
        await b.AppendAsync([new ObjectCreated("b1", "T"), new ObjectCreated("b2", "T"), new ObjectRemoved("o1")]);
        await (await b.ForkAsync(new Position(9), new ForkOptions { Id = "c" })).AppendAsync([new ObjectCreated("c1", "T"), new ObjectRemoved("b1")]);
        await (await a.ForkAsync(new Position(3), new ForkOptions { Id = "k" })).AppendAsync([new ObjectPatched("o2")]);
        await ledger.GetRun("d").AppendAsync([new KitLoaded("kit"), new KitLoaded("kit")]);
        await ledger.GetRun("d").LabelAsync(["audit"]);
        await ledger.Summaries.CatchUpAsync();
        var tasks = new TaskLedger(log.Store);
        await tasks.SaveTaskAsync(TaskOf("parent"));
        await tasks.SaveTaskAsync(TaskOf("child") with { ParentTaskId = "parent" });
        await tasks.SaveMessageAsync(new Message { Id = "m", TaskId = "child", Role = MessageRole.User, Content = "Boil.", Timestamp = DateTimeOffset.UnixEpoch });
        await using var records = new ChronoStore(log.Store, "kettle");
        await using var compacted = new ChronoStore(log.Store, "pot");
        for (var i = 0; i < 3; i++)
        {
            await records.UpsertAsync(new ChronoRecord { Id = "claim", Label = $"It boils at {i}." });
            await compacted.UpsertAsync(new ChronoRecord { Id = "claim", Label = $"It boils at {i}." });
        }

        await compacted.CompactAsync();
        await log.Store.AppendAsync(
            new StreamName("order-7"), ExpectedVersion.Any, [new KitLoaded("é \u2028"), new NewEvent(new KitLoaded("b")) { Metadata = new EventMetadata { Actor = "agent" } }]);
        await AgeAsync(log);
    }

    // Sixty days pass.
    private static Task AgeAsync(RetainedLog log) => ExecuteAsync(log, "update ledger.mt_streams set timestamp = timestamp - interval '60 days'");

    private static AgentTask TaskOf(string id) => new() { Id = id, SystemPrompt = "Boil.", CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch };

    private static string[] Lines(RetentionReport report) =>
    [
        .. report.Streams.Select(s =>
            $"{s.Stream} {s.State.ToString().ToLowerInvariant()}{(s.Reason is { } reason ? $" {reason.ToString().ToLowerInvariant()}" : "")} {s.Events} of {s.Version}"
            + (s.Kept > 0 && s.State != RetentionState.Left ? $", {s.Kept} kept" : "")),
    ];

    private static async Task<string> WorldOfAsync(RetainedLog log, string branch)
    {
        var world = await (await new AgentLedger(log.Store).OpenAsync(StreamName.Branch(branch))).GetWorldAsync();
        return string.Join(", ", world.Objects.Select(o => $"{o.Id} {o.Data}"));
    }

    // Every row that has to be as it was, as text.
    private static async Task<List<string>> DumpAsync(RetainedLog log, string where = "", params string[] tables)
    {
        var rows = new List<string>();
        foreach (var table in tables.Length > 0
            ? tables
            : ["mt_streams", "mt_events", "branch", "branch_segment", "tasks", "messages", "calls", "chrono_head", "chrono_record", "chrono_change", "chrono_archive", "seal_leaf"])
        {
            rows.AddRange(await ColumnAsync(log, $"select '{table} ' || to_jsonb(x)::text from ledger.{table} as x where to_jsonb(x)::text not like '%retention:%' {where} order by 1"));
        }

        return rows;
    }

    private static async Task<List<string>> ColumnAsync(RetainedLog log, string sql)
    {
        await using var command = log.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync())
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }

    private static async Task ExecuteAsync(RetainedLog log, string sql)
    {
        await using var command = log.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static string Unzipped(byte[] file)
    {
        using var reader = new StreamReader(new GZipStream(new MemoryStream(file), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    private static byte[] Zipped(string text)
    {
        var file = new MemoryStream();
        using (var zip = new GZipStream(file, CompressionLevel.Fastest))
        {
            zip.Write(Encoding.UTF8.GetBytes(text));
        }

        return file.ToArray();
    }
}

/// <summary>A log of an engine, with the connections to its tables.</summary>
public sealed record RetainedLog(IEventStore Store, NpgsqlDataSource DataSource, Func<Task> DisposeLogAsync) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await DisposeLogAsync();
}
