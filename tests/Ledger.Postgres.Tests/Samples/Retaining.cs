using Ledger.Postgres.Retention;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Samples;

/// <summary>The sample of retention.</summary>
public sealed class Retaining(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    [Fact]
    public async Task Sample_Retaining_PrintsWhatWouldGoAndWhatWent()
    {
        var (dataSource, output, archive) = (database.DataSource, new List<string>(), Directory.CreateTempSubdirectory("ledger-retention-").FullName);
        void Print(string line) => output.Add(line);
        foreach (var id in new[] { "evidence", "first", "second" })
        {
            await new AgentLedger(database.Store).GetRun(id).AppendAsync([new ToolCalled("sonar")]);
        }

        await database.ExecuteAsync("update ledger.mt_streams set timestamp = now() - interval '100 days' where id <> 'run:second'");

        // sample: retention
        var retention = new LogRetention(dataSource);
        var old = new RetentionPolicy { Name = "old runs", Kind = RetentionKind.Run, OlderThan = TimeSpan.FromDays(90), KeepLast = 1_000 };
        var plan = await retention.PlanAsync([old]);
        Print($"{plan.Events} events of {plan.Streams.Count} runs would go.");
        await retention.HoldAsync("run:evidence", "Case 12");
        var report = await retention.RunAsync(new RetentionOptions { Policies = [old], Folder = archive });
        foreach (var stream in report.Streams)
        {
            Print($"{stream.Stream}: {stream.State}, {stream.Events} events.");
        }

        // end of sample
        output.ShouldBe(["0 events of 0 runs would go."]);
        var any = old with { KeepLast = 0 };
        (await retention.RunAsync(new RetentionOptions { Policies = [any], Folder = archive })).Streams.Select(s => $"{s.Stream}: {s.State}").ShouldBe(
            ["run:evidence: Left", "run:first: Removed"], ignoreOrder: true);
        Directory.Delete(archive, recursive: true);
    }
}
