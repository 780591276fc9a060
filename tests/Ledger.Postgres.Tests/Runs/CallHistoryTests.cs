using System.Text.Json;
using System.Text.RegularExpressions;
using Ledger.Events;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Runs;

/// <summary>The events of calls are found in a long run without the others.</summary>
public sealed partial class CallHistoryTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private AgentLedger Runs => new(database.Store);

    [Theory]
    [InlineData("sql/read_calls.sql")]
    [InlineData("sql/run_calls.sql")]
    [InlineData("migrations/0011_calls_of_long_runs.sql")]
    public void Types_OfStatementsAndIndex_AreThoseOfTheSummaries(string resource)
    {
        var lists = TypeList().Matches(SqlText.Read(resource)).Select(match => match.Groups[1].Value).ToList();

        lists.ShouldNotBeEmpty();
        lists.ShouldAllBe(list => TypeName().Matches(list).Select(name => name.Groups[1].Value).SequenceEqual(RunFold.CallTypes));
    }

    [Fact]
    public async Task FirstLook_LongRunAndBranch_ReadsTheEventsOfCallsAlone()
    {
        var run = Runs.GetRun("long");
        await run.CallOnceAsync("tool", "1", Answering("a"));
        await run.AppendAsync(Notes(400));
        await run.CallOnceAsync("tool", "2", Answering("b"));
        await run.AppendAsync([.. Enumerable.Range(0, 300).Select(_ => new UntypedEvent("llm.usage", JsonElement.Parse("""{"cost_usd":0.5}""")))]);
        await run.AppendAsync(Notes(100));
        var length = await run.GetLengthAsync();
        await database.ExecuteAsync("analyze ledger.mt_events");

        var branch = await run.ForkAsync(length);
        await branch.AppendAsync(Notes(50));
        var statistics = new ReadStatistics();
        var again = branch.WithStatistics(statistics);
        (await again.GetUsageAsync()).ShouldBe(new RunUsage(new CallTotals(2, 0, 0, 150m, 0, 0, 0), CallTotals.None));
        statistics.EventsRead.ShouldBe(305);
        (await again.CallOnceAsync("tool", "2", Answering("never"))).Response.GetString().ShouldBe("b");
        (await again.CallOnceAsync("tool", "3", Answering("c"))).Position.ShouldBe(new Position(length.Value + 1 + 50 + 2));

        // And the summary of a run without a row, by the same index.
        var summary = (await run.GetSummaryAsync())!;
        (summary.Length, summary.Usage.Whole.CostUsd, summary.Status, summary.ToolCalls).ShouldBe((length, 150m, RunStatus.Running, 2));
        var updated = await database.ScalarAsync<DateTime>("select max(\"timestamp\") from ledger.mt_events where stream_id = 'run:long'");
        summary.UpdatedAt.UtcDateTime.ShouldBe(updated);
    }

    [Fact]
    public async Task Statements_UseTheIndex()
    {
        await Runs.GetRun("indexed").AppendAsync(Notes(2_000));
        await database.ExecuteAsync("analyze ledger.mt_events");

        foreach (var name in new[] { "read_calls", "run_calls" })
        {
            await using var command = database.DataSource.CreateCommand($"explain {SqlText.Load(name, new PostgresOptions().Schemas)}");
            string[] streams = ["run:indexed"];
            command.Parameters.AddRange(name == "read_calls"
                ? [Of("run:indexed"), Of(streams), Of(new[] { 1L }), Of(new[] { 2_000L }), Of(250)]
                : new NpgsqlParameter[] { Of(streams), Of(new[] { 0L }), Of(new[] { 2_000L }), Of(new[] { false }), Of(50_000L), new() { Value = DBNull.Value } });
            var plan = new List<string>();
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                plan.Add(reader.GetString(0));
            }

            plan.ShouldContain(line => line.Contains("ix_mt_events_calls", StringComparison.Ordinal), string.Join('\n', plan));
        }
    }

    private static NpgsqlParameter Of(object value) => new() { Value = value };

    private static object[] Notes(int count) => [.. Enumerable.Range(0, count).Select(n => new UntypedEvent("app.note", JsonElement.Parse($"{n}")))];

    private static Func<CancellationToken, Task<CallResponse>> Answering(string text) =>
        _ => Task.FromResult(new CallResponse(JsonElement.Parse($"\"{text}\"")));

    [GeneratedRegex(@"type (?:not )?in \(([^)]*)\)")]
    private static partial Regex TypeList();

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex TypeName();
}
