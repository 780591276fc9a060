using Ledger.Conformance;
using Ledger.Postgres.Retention;
using Ledger.Records;
using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Retention;

/// <content>A run that ends in its middle.</content>
public abstract partial class RetentionTests
{
    [Fact]
    public async Task Run_EndedAtEveryStep_IsResumedAndNeverHalf()
    {
        await using var log = await OpenAsync();
        await FillAsync(log);
        var folder = Directory.CreateTempSubdirectory("ledger-retention-").FullName;
        await RetentionOf(log).HoldAsync("branch:k", "The case of the kettle.");
        var (before, world, shown) = (await DumpAsync(log), await WorldOfAsync(log, "k"), new List<Dictionary<string, string>> { await ShownAsync(log) });

        // Each attempt ends after one step or two: some steps are done again, as one that ended after its file was written.
        var options = new RetentionOptions { Policies = [Old], Folder = folder };
        var attempts = await UntilDoneAsync(log, n => 2 + (n % 2), async retention => (await retention.RunAsync(options)).ShouldNotBeNull(), shown);
        attempts.ShouldBeGreaterThan(40);
        shown.Add(await ShownAsync(log));
        var report = (await RetentionOf(log).FindReportAsync(1))!;
        report.FinishedAt.ShouldNotBeNull();
        Lines(report).ShouldBe(
            [
                "branch:k left held 0 of 2", "branch:c removed 3 of 3", "branch:b removed 4 of 4", "task:child removed 2 of 2", "task:parent removed 1 of 1", "run:a removed 9 of 12, 3 kept",
                "run:d removed 3 of 3", "order-7 removed 2 of 2", "chrono:kettle removed 3 of 3", "chrono:pot removed 3 of 6",
            ],
            ignoreOrder: true);
        (await WorldOfAsync(log, "k")).ShouldBe(world);
        ShouldBeWhole(shown);

        // Every event that is gone is named by exactly one event, written with its removal.
        (await ColumnAsync(log, """
            select (data ->> 'stream') || ' ' || sum((data ->> 'to')::bigint - (data ->> 'from')::bigint + 1)
            from ledger.mt_events where type = 'retention.removed' group by data ->> 'stream' order by 1
            """)).ShouldBe(["branch:b 4", "branch:c 3", "chrono:kettle 3", "chrono:pot 6", "order-7 2", "run:a 9", "run:d 3", "task:child 2", "task:parent 1"]);

        shown = [shown[^1]];
        foreach (var stream in report.Streams.Where(s => s.File is not null).Reverse())
        {
            await UntilDoneAsync(log, n => n, async retention =>
            {
                await using var file = File.OpenRead(Path.Combine(folder, stream.File!));
                await retention.RestoreAsync(file);
            }, shown);
        }

        (await DumpAsync(log)).ShouldBe(before);
        (await WorldOfAsync(log, "k")).ShouldBe(world);
        shown.Add(await ShownAsync(log));
        ShouldBeWhole(shown);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Run_SessionKilledAtItsStatements_IsResumedAndNeverHalf()
    {
        await using var log = await OpenAsync();
        await FillAsync(log);
        var folder = Directory.CreateTempSubdirectory("ledger-retention-").FullName;
        await RetentionOf(log).HoldAsync("branch:k", "The case of the kettle.");
        var (before, world) = (await DumpAsync(log), await WorldOfAsync(log, "k"));
        await using var kills = new Kills(log.DataSource);
        await kills.BeginAsync();
        var options = new RetentionOptions { Policies = [Old], Folder = folder };

        // A session ends within a transaction, before or after a statement of it, and with it the run.
        var removing = await kills.UntilDoneAsync(
            Scale.Of(33, 1), () => new LogRetention(log.DataSource) { RowsOfPage = 4 }.RunAsync(options), () => IsWholeAsync(log));
        var report = (await RetentionOf(log).FindReportAsync(1))!;
        report.FinishedAt.ShouldNotBeNull();
        report.Streams.Count(s => s.State == RetentionState.Removed).ShouldBe(9);
        FilesIn(folder).ShouldBe(report.Streams.Select(s => s.File).OfType<string>().Order(StringComparer.Ordinal), "No attempt leaves payloads in a file of its own.");
        (await WorldOfAsync(log, "k")).ShouldBe(world);
        (await ColumnAsync(log, """
            select (data ->> 'stream') || ' ' || sum((data ->> 'to')::bigint - (data ->> 'from')::bigint + 1)
            from ledger.mt_events where type = 'retention.removed' and not starts_with(data ->> 'stream', 'chrono:pot') group by data ->> 'stream' order by 1
            """)).ShouldBe(["branch:b 4", "branch:c 3", "chrono:kettle 3", "order-7 2", "run:a 9", "run:d 3", "task:child 2", "task:parent 1"]);

        var restoring = 0;
        foreach (var stream in report.Streams.Where(s => s.File is not null).Reverse())
        {
            restoring += await kills.UntilDoneAsync(
                Scale.Of(31, 1),
                async () =>
                {
                    await using var file = File.OpenRead(Path.Combine(folder, stream.File!));
                    await new LogRetention(log.DataSource) { RowsOfPage = 2 }.RestoreAsync(file);
                },
                () => IsWholeAsync(log));
        }

        (await DumpAsync(log)).ShouldBe(before);
        (await WorldOfAsync(log, "k")).ShouldBe(world);
        removing.ShouldBeGreaterThan(8);
        restoring.ShouldBeGreaterThan(8);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<int> UntilDoneAsync(RetainedLog log, Func<int, int> stepOf, Func<LogRetention, Task> attempt, List<Dictionary<string, string>> shown)
    {
        for (var reached = 1; ; reached++)
        {
            var left = stepOf(reached);
            var retention = new LogRetention(log.DataSource)
            {
                RowsOfPage = 2,
                BeforeStep = () =>
                {
                    if (--left == 0)
                    {
                        throw new TimeoutException("The process ends here.");
                    }
                },
            };
            try
            {
                await attempt(retention);
                return reached;
            }
            catch (TimeoutException)
            {
                await IsWholeAsync(log);
                shown.Add(await ShownAsync(log));
            }
        }
    }

    // What readers see of each stream: as it was at the beginning, or as it is at the end.
    private static void ShouldBeWhole(List<Dictionary<string, string>> shown)
    {
        foreach (var (stream, text) in shown.SelectMany(at => at))
        {
            text.ShouldBeOneOf(shown[0][stream], shown[^1][stream]);
        }

        shown[0].Any(one => shown[^1][one.Key] != one.Value).ShouldBeTrue();
    }

    private static async Task<Dictionary<string, string>> ShownAsync(RetainedLog log)
    {
        var (ledger, tasks, shown) = (new AgentLedger(log.Store), new TaskLedger(log.Store), new Dictionary<string, string>());
        var listed = (await log.Store.ListStreamsAsync().ToListAsync()).Select(s => s.Name).ToHashSet();
        foreach (var stream in new[] { StreamName.Run("a"), StreamName.Branch("b"), StreamName.Branch("c"), StreamName.Branch("k"), StreamName.Run("d") })
        {
            var info = await log.Store.GetStreamAsync(stream);
            listed.Contains(stream).ShouldBe(info is not null);
            shown[stream.Value] = info is null ? "gone" : $"{info.Version.Value} {await LengthOf(stream)} {await WorldTextAsync(stream)}";
        }

        shown["order-7"] = $"{await LengthOf(new StreamName("order-7"))} {await log.Store.GetStreamAsync(new StreamName("order-7")) is null}";
        foreach (var id in new[] { "parent", "child" })
        {
            shown[id] = $"{await tasks.FindTaskAsync(id) is null} {(await tasks.ListMessagesAsync(id)).Messages.Count}";
        }

        foreach (var project in new[] { "kettle", "pot" })
        {
            await using var records = new ChronoStore(log.Store, project);
            shown[project] = $"{await records.RecordCountAsync()} {await records.SequenceAsync()} {(await records.GetAsync("claim"))?.Label} {(await records.VerifyChainAsync()).ChainValid}";
        }

        return shown;

        async Task<int> LengthOf(StreamName stream) => await log.Store.ReadForwardAsync(stream).CountAsync();

        async Task<string> WorldTextAsync(StreamName stream) =>
            string.Join(',', (await (await ledger.OpenAsync(stream)).GetWorldAsync()).Objects.Select(o => o.Id));
    }

    // What is left of every stream is its beginning, with the version that it says.
    private static async Task IsWholeAsync(RetainedLog log) => (await ColumnAsync(log, """
        select t.id || ' ' || t.version from ledger.mt_streams as t
        where not starts_with(t.id, 'chrono:')
          and t.version <> (select count(*) from ledger.mt_events as e where e.stream_id = t.id and e.version <= t.version)
           or t.version < (select max(e.version) from ledger.mt_events as e where e.stream_id = t.id)
          and not exists (select from ledger.retention_stream as r where r.stream = t.id and r.kept in (0, t.version) and r.state in ('removing', 'restoring'))
        """)).ShouldBeEmpty();

    private static IEnumerable<string?> FilesIn(string folder) => Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
