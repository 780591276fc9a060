using Ledger.Log;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Runs;

/// <content>Rules of the application.</content>
public sealed partial class RunSummaryRowsTests
{
    [Fact]
    public async Task Rule_OfTheApplication_ComesAfterTheBuiltInOnes()
    {
        static RunChange? Rule(RecordedEvent recorded, RunSummary run) => recorded.Data switch
        {
            KitLoaded { Kit: "stop" } => new RunChange { Status = RunStatus.Failed, Error = $"stopped when {run.Status}", Title = "By rule", Labels = ["ruled"] },
            KitLoaded { Kit: "wait" } => new RunChange { Status = RunStatus.Waiting, Model = "m" },
            _ => null,
        };
        await using var store = new PostgresEventStore(
            database.DataSource, new PostgresOptions { Limits = new AgentLedgerOptions { RunRules = [Rule] } });
        var run = new AgentLedger(store).GetRun("ruled");
        await run.AppendAsync([new KitLoaded("stop")]);
        var summary = (await run.GetSummaryAsync())!;
        (summary.Status, summary.Error, summary.Title, summary.Labels[0]).ShouldBe((RunStatus.Failed, "stopped when Running", "By rule", "ruled"));
        await run.AppendAsync([new RunRenamed("By hand"), new KitLoaded("wait"), new KitLoaded("stop"), new KitLoaded("wait")]);
        summary = (await run.GetSummaryAsync())!;
        (summary.Status, summary.WaitsFor, summary.Model, summary.Title).ShouldBe((RunStatus.Waiting, null, "m", "By hand"));
        await run.AppendAsync([new ToolCalled("t")]);
        (await run.GetSummaryAsync())!.Status.ShouldBe(RunStatus.Running);

        var memory = new MemoryEventStore { RunRules = [Rule] };
        await memory.AppendAsync(run.StreamName, ExpectedVersion.Any, [new KitLoaded("stop")]);
        (await memory.Get<IRunSummaries>()!.FindAsync(run.StreamName))!.Error.ShouldBe("stopped when Running");
    }

    [Fact]
    public async Task Rules_OfTheApplication_AreNotUndone_ByAProgramWithoutThem()
    {
        await using var own = new LedgerDatabase();
        await own.InitializeAsync();
        await using var first = StoreWith(own, "v1", new RunChange { Status = RunStatus.Failed, Error = "stopped" });
        await using var second = StoreWith(own, "v2", new RunChange { Status = RunStatus.Done });
        var (with, without) = (new AgentLedger(first), new AgentLedger(own.Store));
        var run = with.GetRun("ruled");
        await run.AppendAsync([new KitLoaded("stop")]);
        (await without.GetRun("ruled").GetSummaryAsync())!.Status.ShouldBe(RunStatus.Running);
        (await with.Summaries.QueryAsync(new RunQuery { Status = RunStatus.Failed })).Runs.ShouldHaveSingleItem();

        await run.AppendAsync([new RunRenamed("later")]);
        var seen = (await without.GetRun("ruled").GetSummaryAsync())!;
        (seen.Status, seen.Error, seen.Title).ShouldBe((RunStatus.Failed, "stopped", "later"));
        var page = await without.Summaries.QueryAsync(new RunQuery());
        (page.Runs[0].Error, page.Runs[0].Title, page.Behind).ShouldBe(("stopped", null, 1));
        (await new AgentLedger(second).GetRun("ruled").GetSummaryAsync())!.Status.ShouldBe(RunStatus.Done);
        (await own.ScalarAsync<string>("select rules || ' ' || version || ' ' || is_behind from ledger.run_summary")).ShouldBe("v1 1 true");

        page = await with.Summaries.QueryAsync(new RunQuery());
        (page.Runs[0].Error, page.Runs[0].Title, page.Behind).ShouldBe(("stopped", "later", 0));
        (await without.Summaries.QueryAsync(new RunQuery())).Behind.ShouldBe(0);
        (await new AgentLedger(second).Summaries.QueryAsync(new RunQuery())).Runs[0].Error.ShouldBe("stopped");
        (await own.ScalarAsync<string>("select rules || ' ' || version || ' ' || is_behind from ledger.run_summary")).ShouldBe("v1 2 false");
    }
}
