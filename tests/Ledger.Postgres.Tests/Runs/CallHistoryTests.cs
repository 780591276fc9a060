using System.Text.Json;
using Ledger.Events;
using Ledger.Runs;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Runs;

/// <summary>The events of calls are found in a long run without the others, by the marks of its summary and after them.</summary>
public sealed class CallHistoryTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private AgentLedger Runs => new(database.Store);

    [Theory]
    [InlineData("no-marks", null)]
    [InlineData("marks", 0)]
    [InlineData("first-mark-of-an-earlier-program", 2_000)]
    [InlineData("all-marks-of-an-earlier-program", 9_999)]
    public async Task FirstLook_LongRunAndBranch_ReadsTheEventsOfCallsAlone(string id, int? bareBefore)
    {
        var run = Runs.GetRun(id);
        await run.CallOnceAsync("tool", "1", Answering("a"));
        await run.AppendAsync(Notes(1_100));
        await run.CallOnceAsync("tool", "2", Answering("b"));
        await run.AppendAsync([.. Enumerable.Range(0, 300).Select(_ => new UntypedEvent("llm.usage", JsonElement.Parse("""{"cost_usd":0.5}""")))]);
        await run.AppendAsync(Notes(900));
        await run.AppendAsync([new UntypedEvent("llm.usage", JsonElement.Parse("""{"cost_usd":2}"""))]);
        var length = await run.GetLengthAsync();
        if (bareBefore is not null)
        {
            (await run.GetSummaryAsync())!.Usage.Whole.CostUsd.ShouldBe(152m);
            (await database.ScalarAsync<string>(
                $"select string_agg(concat_ws(' ', version, cardinality(calls)), ', ' order by version) from ledger.run_mark where stream = '{run.StreamName}'"))
                .ShouldBe("1103 3, 2305 302");
            await database.ExecuteAsync($"update ledger.run_mark set calls = null where stream = '{run.StreamName}' and version < {bareBefore}");
        }

        var branch = await run.ForkAsync(length);
        await branch.AppendAsync(Notes(50));
        var statistics = new ReadStatistics();
        var again = branch.WithStatistics(statistics);
        (await again.GetUsageAsync()).ShouldBe(new RunUsage(new CallTotals(2, 0, 0, 152m, 0, 0, 0), CallTotals.None));
        statistics.EventsRead.ShouldBe(306);
        (await again.CallOnceAsync("tool", "2", Answering("never"))).Response.GetString().ShouldBe("b");
        (await again.CallOnceAsync("tool", "3", Answering("c"))).Position.ShouldBe(new Position(length.Value + 1 + 50 + 2));

        var summary = (await run.GetSummaryAsync())!;
        (summary.Length, summary.Usage.Whole.CostUsd, summary.Status, summary.ToolCalls).ShouldBe((length, 152m, RunStatus.Running, 2));
    }

    [Fact]
    public async Task FirstLook_MarksInOtherPlaces_AndNone_NamesEachCallOnce()
    {
        var run = Runs.GetRun("ruled");
        await run.AppendAsync(Notes(700));
        await run.CallOnceAsync("tool", "1", Answering("a"));
        await run.AppendAsync(Notes(303));
        await run.CallOnceAsync("tool", "2", Answering("b"));
        await run.GetSummaryAsync();
        const string Marks = "select string_agg(concat_ws(' ', version, calls), ', ' order by version) from ledger.run_mark where stream = 'run:ruled'";
        (await database.ScalarAsync<string>(Marks)).ShouldBe("1006 {701,702,1006}");

        // A mark between two that know nothing of it; then a program with another list of types, and one before the marks named calls.
        await database.ExecuteAsync("insert into ledger.run_mark (stream, version, totals, calls, calls_of) select stream, 701, totals, '{701}', calls_of from ledger.run_mark where stream = 'run:ruled'");
        await ShouldFindBothAsync();
        await database.ExecuteAsync("update ledger.run_mark set calls = '{}', calls_of = 0 where stream = 'run:ruled' and version = 1006");
        await ShouldFindBothAsync();
        await database.ExecuteAsync("alter table ledger.run_mark rename column calls_of to calls_off");
        try
        {
            await ShouldFindBothAsync();
        }
        finally
        {
            await database.ExecuteAsync("alter table ledger.run_mark rename column calls_off to calls_of");
        }

        // Rules take every event, so that the marks are elsewhere.
        static RunChange? Rule(RecordedEvent recorded, RunSummary summary) => null;
        await using var ruling = new PostgresEventStore(database.DataSource, new PostgresOptions { Limits = new AgentLedgerOptions { RunRules = [Rule] } });
        await new AgentLedger(ruling).GetRun("ruled").GetSummaryAsync();
        (await database.ScalarAsync<string>(Marks)).ShouldBe("1000 {701,702}");
        await ShouldFindBothAsync();

        async Task ShouldFindBothAsync()
        {
            var again = Runs.GetRun("ruled");
            (await again.GetUsageAsync()).Whole.Calls.ShouldBe(2);
            (await again.CallOnceAsync("tool", "2", Answering("never"))).Response.GetString().ShouldBe("b");
        }
    }

    private static object[] Notes(int count) => [.. Enumerable.Range(0, count).Select(n => new UntypedEvent("app.note", JsonElement.Parse($"{n}")))];

    private static Func<CancellationToken, Task<CallResponse>> Answering(string text) =>
        _ => Task.FromResult(new CallResponse(JsonElement.Parse($"\"{text}\"")));
}
