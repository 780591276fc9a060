using Ledger.Conformance;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Queries;

/// <summary>Questions about the calls of a run that has very many without an end, or without a beginning: each call is looked for once.</summary>
public sealed class OpenCallsTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private static readonly int Calls = Scale.Of(20_000, 100_000);

    [Fact]
    public async Task Calls_WithoutTheOtherEnd_AreNotLookedForInTheWholeRun()
    {
        await database.Store.IndexEventsAsync();

        // Whatever the server knows of the table: nothing, all of it, or an older state without the run.
        await FillAsync("run:first");
        await ShouldCountAsync("run:first");
        await database.ExecuteAsync("analyze ledger.mt_events");
        await ShouldCountAsync("run:first");
        await FillAsync("run:second");
        await ShouldCountAsync("run:second");
    }

    // Open calls, calls that end in another order, answers whose requests the log does not have, requests of Ledger's own without an answer.
    private Task FillAsync(string run) => database.ExecuteAsync($$"""
        insert into ledger.mt_streams (id, version, tenant_id) values ('{{run}}', {{5 * Calls}}, '*DEFAULT*');
        insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, is_archived, headers)
        select nextval('ledger.mt_events_sequence'), md5('{{run}}' || k || '-' || n)::uuid, '{{run}}', (k - 1) * {{Calls}} + n,
            case k when 3 then '{"result": 1}' else '{"tool": "t"}' end::jsonb,
            (array['tool.called', 'tool.called', 'tool.returned', 'llm.response', 'llm.request'])[k], '2026-11-01', '*DEFAULT*', false,
            case k
                when 1 then jsonb_build_object('foreign_id', 'open-' || n)
                when 2 then jsonb_build_object('foreign_id', 'call-' || n)
                when 3 then jsonb_build_object('foreign_id', 'end-' || n, 'foreign_causes', jsonb_build_array('call-' || {{Calls}} - n + 1))
                when 4 then jsonb_build_object('foreign_id', 'answer-' || n, 'foreign_causes', jsonb_build_array('nowhere-' || n))
                else '{"call_owner": "x"}' end
        from generate_series(1, 5) as k, generate_series(1, {{Calls}}) as n
        """);

    private async Task ShouldCountAsync(string run)
    {
        (await CountAsync($"select concat_ws('|', count(*) filter (where status = 'open'), count(*) filter (where status = 'answered')) from ledger.tool_calls where run = '{run}'"))
            .ShouldBe($"{Calls}|{Calls}");
        (await CountAsync($"select concat_ws('|', count(*) filter (where status = 'open'), count(*) filter (where status = 'answered'), count(request_id) filter (where status = 'answered')) from ledger.llm_calls where run = '{run}'"))
            .ShouldBe($"{Calls}|{Calls}|0");
    }

    // The rows that the plan has looked at, all loops together, are a few for each event.
    private async Task<string> CountAsync(string question)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var explain = new NpgsqlCommand($"explain (analyze, format json, timing off, costs off) {question}", connection);
        var plan = System.Text.Json.Nodes.JsonNode.Parse((string)(await explain.ExecuteScalarAsync())!)![0]!["Plan"]!;
        Looked(plan).ShouldBeLessThan(50L * Calls, plan.ToJsonString());
        await using var ask = new NpgsqlCommand(question, connection);
        return (string)(await ask.ExecuteScalarAsync())!;
    }

    private static long Looked(System.Text.Json.Nodes.JsonNode plan)
    {
        var loops = (double?)plan["Actual Loops"] ?? 0;
        var rows = ((double?)plan["Actual Rows"] ?? 0) + ((double?)plan["Rows Removed by Filter"] ?? 0) + ((double?)plan["Rows Removed by Join Filter"] ?? 0);
        return (long)(loops * rows) + (plan["Plans"]?.AsArray().Sum(inner => Looked(inner!)) ?? 0);
    }
}
