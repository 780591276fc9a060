using Ledger.Conformance;
using Ledger.Postgres.Retention;
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
        var (before, world) = (await DumpAsync(log), await WorldOfAsync(log, "k"));

        // Each attempt ends after one step or two: some steps are done again, as one that ended after its file was written.
        var options = new RetentionOptions { Policies = [Old with { Kind = RetentionKind.Run }, Old with { Kind = RetentionKind.Branch }], Folder = folder };
        var attempts = await UntilDoneAsync(log, n => 2 + (n % 2), async retention => (await retention.RunAsync(options)).ShouldNotBeNull());
        attempts.ShouldBeGreaterThan(12);
        var report = (await RetentionOf(log).FindReportAsync(1))!;
        report.FinishedAt.ShouldNotBeNull();
        Lines(report).ShouldBe(
            ["branch:k left held 0 of 2", "branch:c removed 3 of 3", "branch:b removed 4 of 4", "run:a removed 9 of 12, 3 kept", "run:d removed 3 of 3"]);
        (await WorldOfAsync(log, "k")).ShouldBe(world);

        // Every event that is gone is named by exactly one event, written with its removal.
        (await ColumnAsync(log, """
            select (data ->> 'stream') || ' ' || sum((data ->> 'to')::bigint - (data ->> 'from')::bigint + 1)
            from ledger.mt_events where type = 'retention.removed' group by data ->> 'stream' order by 1
            """)).ShouldBe(["branch:b 4", "branch:c 3", "run:a 9", "run:d 3"]);

        foreach (var stream in report.Streams.Where(s => s.File is not null).Reverse())
        {
            await UntilDoneAsync(log, n => n, async retention =>
            {
                await using var file = File.OpenRead(Path.Combine(folder, stream.File!));
                await retention.RestoreAsync(file);
            });
        }

        (await DumpAsync(log)).ShouldBe(before);
        (await WorldOfAsync(log, "k")).ShouldBe(world);
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
            Scale.Of(29, 1), () => new LogRetention(log.DataSource) { EventsOfPage = 2 }.RunAsync(options), () => IsWholeAsync(log));
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
                Scale.Of(23, 1),
                async () =>
                {
                    await using var file = File.OpenRead(Path.Combine(folder, stream.File!));
                    await new LogRetention(log.DataSource) { EventsOfPage = 2 }.RestoreAsync(file);
                },
                () => IsWholeAsync(log));
        }

        (await DumpAsync(log)).ShouldBe(before);
        (await WorldOfAsync(log, "k")).ShouldBe(world);
        removing.ShouldBeGreaterThan(8);
        restoring.ShouldBeGreaterThan(8);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<int> UntilDoneAsync(RetainedLog log, Func<int, int> stepOf, Func<LogRetention, Task> attempt)
    {
        for (var reached = 1; ; reached++)
        {
            var left = stepOf(reached);
            var retention = new LogRetention(log.DataSource)
            {
                EventsOfPage = 2,
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
            }
        }
    }

    // What is left of every stream is its beginning, with the version that it says.
    private static async Task IsWholeAsync(RetainedLog log) => (await ColumnAsync(log, """
        select t.id || ' ' || t.version from ledger.mt_streams as t
        where not starts_with(t.id, 'chrono:')
          and t.version <> (select count(*) from ledger.mt_events as e where e.stream_id = t.id and e.version <= t.version)
           or t.version < (select max(e.version) from ledger.mt_events as e where e.stream_id = t.id)
        """)).ShouldBeEmpty();

    private static IEnumerable<string?> FilesIn(string folder) => Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
