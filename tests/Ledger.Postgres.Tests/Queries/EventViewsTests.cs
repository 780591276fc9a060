using System.Globalization;
using System.Text.Json;
using Ledger.Conformance;
using Ledger.Log;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Schema;
using Ledger.Runs;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Queries;

/// <summary>The documented views: that they say what the library says, and which indexes they use.</summary>
public sealed class EventViewsTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private AgentLedger Runs => new(database.Store);

    [Fact]
    public async Task Views_OfRandomRuns_SayWhatTheLibrarySays()
    {
        var random = new Random(24);
        var histories = new List<Run>();
        for (var i = 0; i < Scale.Of(12, 100); i++)
        {
            var run = i % 3 == 2 ? await histories[random.Next(histories.Count)].ForkAsync() : Runs.GetRun($"law-{i}");
            await FillAsync(run, random);
            histories.Add(run);
        }

        await Runs.Summaries.CatchUpAsync();
        foreach (var run in histories)
        {
            var summary = (await run.GetSummaryAsync())!;
            var own = summary.OwnUsage;
            (await TextAsync($"""
                select concat_ws('|', status, waits_for, title, model, labels, error, events, length, model_calls, tool_calls, failed_calls, tokens,
                    trim_scale(cost_usd), whole_tokens, trim_scale(whole_cost_usd), archived, missing_events, extract(epoch from duration)::numeric(20, 3))
                from ledger.runs where run = '{run.StreamName}'
                """)).ShouldBe(string.Join('|', new[]
            {
                summary.Status.ToString().ToLowerInvariant(), summary.WaitsFor?.ToString().ToLowerInvariant(), summary.Title, summary.Model,
                $"{{{string.Join(',', summary.Labels)}}}", summary.Error, Text(summary.Version.Value), Text(summary.Length.Value), Text(summary.ModelCalls),
                Text(summary.ToolCalls), Text(own.Failed), Text(own.Tokens), Text(own.CostUsd), Text(summary.Usage.Whole.Tokens), Text(summary.Usage.Whole.CostUsd),
                "f", "0", summary.Duration.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture),
            }.Where(text => text is not null)), run.StreamName.Value);

            // The calls of both kinds, added up, are those of the summary.
            (await TextAsync($"""
                select concat_ws('|', count(*) filter (where status in ('answered', 'failed')), count(*) filter (where status = 'failed'),
                    trim_scale(coalesce(sum(cost_usd), 0)), coalesce(sum(tokens), 0), count(*) filter (where status = 'open'))
                from (
                    select status, cost_usd, coalesce(input_tokens, 0) + coalesce(output_tokens, 0) as tokens from ledger.llm_calls where run = '{run.StreamName}'
                    union all
                    select status, cost_usd, 0 from ledger.tool_calls where run = '{run.StreamName}') as c
                """)).ShouldBe($"{own.Calls}|{own.Failed}|{Text(own.CostUsd)}|{own.Tokens}|{summary.OpenCalls.Count}", run.StreamName.Value);
        }
    }

    [Fact]
    public async Task Views_HaveARowForEachEventAndCall()
    {
        var run = Runs.GetRun("rows");
        var request = JsonElement.Parse("""{"model":"m-1","messages":"?"}""");
        await run.CallAsync("llm", request, (_, _) => Task.FromResult(new CallResponse(JsonElement.Parse("""{"text":"!","usage":{"prompt_tokens":3,"completion_tokens":4}}""")) { CostUsd = 0.5m }));
        await Should.ThrowAsync<TimeoutException>(() => run.CallAsync("tool", JsonElement.Parse("""{"tool":"kettle","arguments":{"c":100}}"""), (_, _) => throw new TimeoutException("cold")));
        await run.AppendAsync(
        [
            Foreign("c1", new ToolCalled("sonar", JsonElement.Parse("""{"quay":"north"}"""))),
            Foreign("r1", new ToolReturned("c1", JsonElement.Parse("\"deep\"")), "c1"),
            Foreign("a1", new LlmResponse("so", "m-9", 0.25m), "r1"),
        ]);
        var branch = await run.ForkAsync(options: new ForkOptions { Id = "rows" });
        await branch.AppendAsync([new ToolCalled("sonar")]);

        (await LinesAsync("select status, model, input_tokens, output_tokens, cost_usd, request ->> 'messages', response ->> 'text', request_id is null from ledger.llm_calls where run = 'run:rows' order by seq"))
            .ShouldBe(["answered|m-1|3|4|0.5|?|!|f", "answered|m-9|||0.25||so|t"]);
        (await LinesAsync("select run, status, tool, error, arguments, result, duration >= '0' from ledger.tool_calls where run like '%:rows' order by seq"))
            .ShouldBe(["run:rows|failed|kettle|TimeoutException: cold|{\"c\": 100}||t", "run:rows|answered|sonar||{\"quay\": \"north\"}|\"deep\"|t", "branch:rows|open|sonar||||"]);
        (await LinesAsync("select version, type, root from ledger.events where stream = 'branch:rows' order by version"))
            .ShouldBe(["1|branch.created|run:rows", "2|tool.called|run:rows"]);
        (await LinesAsync("select missing_events from ledger.runs where run = 'branch:rows'")).ShouldBe(["2"]);
        await Runs.Summaries.CatchUpAsync();
        (await LinesAsync("select kind, parent, root, fork_position, events, length from ledger.runs where run = 'branch:rows'"))
            .ShouldBe(["branch|run:rows|run:rows|7|2|9"]);
    }

    [Fact]
    public async Task Views_OfARecording_HaveItsRequestsAndItsTimes()
    {
        var start = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2));
        NewEvent At(int second, string id, object data, params string[] causes) =>
            new(data, new EventMetadata { Source = "other", ForeignId = id, ForeignCauses = causes, OccurredAt = start.AddSeconds(second) });
        var run = Runs.GetRun("recorded");
        await run.AppendAsync(
        [
            At(0, "q", new LlmRequest(JsonElement.Parse("\"?\""), "m-1")), At(2, "a", new LlmResponse("so"), "q"), At(3, "c", new ToolCalled("sonar"), "a"),
            At(7, "r", new ToolReturned("c", JsonElement.Parse("1")), "c"), At(8, "b", new LlmResponse("done", "m-2"), "r"),
        ]);
        await Runs.Summaries.CatchUpAsync();

        const string Seconds = "extract(epoch from duration)::int, extract(epoch from occurred_at - '2026-01-02T03:04:05+02:00')::int";
        (await LinesAsync($"select model, {Seconds}, request ->> 'messages', request_id is null from ledger.llm_calls where run = 'run:recorded' order by seq"))
            .ShouldBe(["m-1|2|2|?|f", "m-2||8||t"]);
        (await LinesAsync($"select status, {Seconds} from ledger.tool_calls where run = 'run:recorded'")).ShouldBe(["answered|4|3"]);
        (await LinesAsync("select model_calls, tool_calls, extract(epoch from duration)::int from ledger.runs where run = 'run:recorded'")).ShouldBe(["2|1|8"]);
    }

    [Fact]
    public async Task Times_ThatNoCalendarHas_AreNull_AndTheViewsAnswer()
    {
        string[] stated =
        [
            "2024-02-29T23:59:59.1234567+00:00", "2000-02-29T00:00:00Z", "9999-12-31T23:59:59-14:59", "0001-01-01T00:00:00+14:00",
            "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "0000-01-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01", "now", "2026-13-01T00:00:00Z", "",
        ];
        await database.ExecuteAsync($$"""
            insert into ledger.mt_streams (id, version, tenant_id) values ('run:odd', {{stated.Length}}, '*DEFAULT*');
            insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, is_archived, headers)
            select nextval('ledger.mt_events_sequence'), md5('odd' || o)::uuid, 'run:odd', o, '{}', 'llm.response', '2026-11-01', '*DEFAULT*', false, jsonb_build_object('occurred_at', v)
            from unnest(array['{{string.Join("','", stated)}}']) with ordinality as s (v, o)
            """);

        (await LinesAsync("select occurred_at is not null from ledger.events where stream = 'run:odd' order by version")).ShouldBe(stated.Select((_, i) => i < 4 ? "t" : "f"));
        (await LinesAsync("select count(occurred_at) from ledger.llm_calls where run = 'run:odd'")).ShouldBe(["4"]);
    }

    [Fact]
    public async Task Release_OfACallThatIsAnsweredLater_CountsAsAnswered()
    {
        var run = Runs.GetRun("late-answers");
        await run.AppendAsync([Foreign("c1", new ToolCalled("kettle")), Foreign("x1", new CallReleased("tool"), "c1"), Foreign("c2", new ToolCalled("kettle")), Foreign("x2", new CallReleased("tool"), "c2")]);
        await run.AppendAsync([Foreign("r1", new ToolReturned("c1", JsonElement.Parse("1")), "c1"), Foreign("r1b", new ToolReturned("c1", JsonElement.Parse("2")), "c1")]);
        (await LinesAsync("select status, result from ledger.tool_calls where run = 'run:late-answers' order by seq")).ShouldBe(["answered|1", "released|"]);
    }

    [Fact]
    public async Task Durations_OutOfRange_AreLeftOut_AndTheViewsAnswer()
    {
        string[] stated = ["-1", "0", "1e-400", "1234.5678", "1000000000000", "1000000000001", "1e300", "\"9\""];
        await database.ExecuteAsync($$"""
            insert into ledger.mt_streams (id, version, tenant_id) values ('run:hostile', {{3 * stated.Length}}, '*DEFAULT*');
            insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, is_archived, causation_id, headers)
            select nextval('ledger.mt_events_sequence'), md5('hostile' || 3 * o + k)::uuid, 'run:hostile', 3 * (o - 1) + k, '{"tool": "t", "result": 1}',
                (array['llm.response', 'tool.called', 'tool.returned'])[k], '2026-11-01', '*DEFAULT*', false,
                case when k = 3 then md5('hostile' || 3 * o + 2)::uuid::text end, jsonb_build_object('call_ms', v::jsonb)
            from unnest(array['{{string.Join("','", stated)}}']) with ordinality as s (v, o) cross join generate_series(1, 3) as k
            """);
        string[] durations = ["", "0.000000", "0.000000", "1.234568", "1000000000.000000", "", "", ""];
        (await LinesAsync("select extract(epoch from duration) from ledger.llm_calls where run = 'run:hostile' order by version")).ShouldBe(durations);
        (await LinesAsync("select extract(epoch from duration) from ledger.tool_calls where run = 'run:hostile' order by version"))
            .ShouldBe(durations.Select(duration => duration.Length > 0 ? duration : "0.000000"));
    }

    [Fact]
    public async Task Views_UseIndexes_ForARun_ATool_ATypeAndATime()
    {
        await using var own = new LedgerDatabase();
        await own.InitializeAsync();
        await own.ExecuteAsync("""
            insert into ledger.mt_streams (id, version, tenant_id) select 'run:' || r, 100, '*DEFAULT*' from generate_series(1, 200) r;
            insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, is_archived, causation_id)
            select nextval('ledger.mt_events_sequence'), md5(r || '-' || v)::uuid, 'run:' || r, v,
                   case v % 4 when 0 then '{"model": "m", "messages": "why is it so?"}' when 1 then '{"text": "so", "cost_usd": 0.1}'
                       when 2 then jsonb_build_object('tool', 'tool-' || (r + v) % 500) else '{"result": 1}' end::jsonb,
                   (array['llm.request', 'llm.response', 'tool.called', 'tool.returned'])[v % 4 + 1],
                   timestamptz '2026-11-01' + (r * 100 + v) * interval '1 s', '*DEFAULT*', 'x', false, case when v % 4 in (1, 3) then md5(r || '-' || (v - 1))::uuid::text end
            from generate_series(1, 200) r, generate_series(1, 100) v;
            """);
        var unindexed = await own.ScalarAsync<string>("select string_agg(run || status, ',' order by seq) from ledger.tool_calls where tool = 'tool-7'");
        await own.Store.IndexEventsAsync();
        await own.ExecuteAsync("vacuum analyze ledger.mt_events");
        await own.ExecuteAsync("vacuum analyze ledger.mt_streams");

        (await own.ScalarAsync<string>("select string_agg(run || status, ',' order by seq) from ledger.tool_calls where tool = 'tool-7'")).ShouldBe(unindexed);
        foreach (var (question, index) in new[]
        {
            ("select * from ledger.events where stream = 'run:7'", "pk_mt_events_stream_and_version"),
            ("select * from ledger.events where type = 'run.failed'", "ix_mt_events_type"),
            ("select count(*) from ledger.events where at > '2026-11-01 05:30'", "ix_mt_events_at"),
            ("select * from ledger.llm_calls where run = 'run:7'", "pk_mt_events_stream_and_version"),
            ("select * from ledger.tool_calls where run = 'run:7'", "pk_mt_events_stream_and_version"),
            ("select * from ledger.tool_calls where tool = 'tool-7'", "ix_mt_events_tool"),
            ("select * from ledger.tool_calls where tool = 'tool-7'", "ix_mt_events_end"),
            ("select * from ledger.runs where run = 'run:7'", "pkey_mt_streams_id"),
        })
        {
            var plan = await PlanAsync(own, question);
            plan.ShouldContain(index, customMessage: $"{question}\n{plan}");
            plan.ShouldNotContain("Seq Scan on mt_", customMessage: $"{question}\n{plan}");
        }

        (await own.ScalarAsync<long>("select count(*) from pg_indexes where indexname = any ('{ix_mt_events_at,ix_mt_events_type,ix_mt_events_tool,ix_mt_events_end,ix_mt_events_request}')")).ShouldBe(5);
        (await new LedgerMigrator(own.DataSource).AssertAsync()).ShouldBeEmpty();
        await own.Store.UnindexEventsAsync();
        (await own.ScalarAsync<long>("select count(*) from pg_indexes where indexname = any ('{ix_mt_events_at,ix_mt_events_type,ix_mt_events_tool,ix_mt_events_end,ix_mt_events_request}')")).ShouldBe(0);
        EventIndexes.Names.Count.ShouldBe(5);
    }

    private static async Task<string> PlanAsync(LedgerDatabase own, string question)
    {
        // Of a table of some pages the server would rather read the whole; at 200,000 events it does not: docs/sql.md has the figures.
        await using var connection = await own.DataSource.OpenConnectionAsync();
        await using var setting = new NpgsqlCommand("set enable_seqscan = off", connection);
        await setting.ExecuteNonQueryAsync();
        await using var command = new NpgsqlCommand($"explain {question}", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }

    private static NewEvent Foreign(string id, object data, params string[] causes) => new(data, new EventMetadata { ForeignId = id, ForeignCauses = causes });

    private static string Text(IFormattable number) => number is decimal amount
        ? amount.ToString("0.############", CultureInfo.InvariantCulture)
        : number.ToString(null, CultureInfo.InvariantCulture);

    private static async Task FillAsync(Run run, Random random)
    {
        for (var i = random.Next(1, 12); i > 0; i--)
        {
            var (kind, request) = random.Next(2) == 0
                ? ("llm", JsonElement.Parse($$"""{"model":"m-{{random.Next(3)}}","messages":"{{random.Next()}}"}"""))
                : ("tool", JsonElement.Parse($$$"""{"tool":"t-{{{random.Next(3)}}}","arguments":{"n":{{{random.Next()}}} } }"""));
            switch (random.Next(8))
            {
                case 0:
                    await Should.ThrowAsync<TimeoutException>(() => run.CallAsync(kind, request, (_, _) => throw new TimeoutException("late")));
                    break;
                case 1:
                    await run.AppendAsync([new ObjectCreated($"o{random.Next()}", "Thing"), new RunLabelled([$"l{random.Next(3)}"])]);
                    break;
                case 2:
                    await run.AppendAsync([new LlmRequest(Model: "told"), new LlmResponse("a", "m-9", 0.125m) { More = new() { ["usage"] = JsonElement.Parse($$"""{"inputTokens":{{random.Next(9)}},"output_tokens":1.5}""") } }]);
                    break;
                case 3:
                    await run.AppendAsync([random.Next(2) == 0 ? new RunCompleted() : new RunFailed("it broke")]);
                    break;
                case 4:
                    await run.AppendAsync([Foreign($"c{i}", new ToolCalled("t-9")), Foreign($"r{i}", random.Next(2) == 0 ? new ToolReturned($"c{i}", JsonElement.Parse("1")) : new ToolReturned($"c{i}"), $"c{i}")]);
                    break;
                default:
                    var cost = random.Next(3) == 0 ? (decimal?)null : random.Next(1_000_000) / 1_000_000m;
                    await run.CallAsync(kind, request, (_, _) => Task.FromResult(new CallResponse(JsonElement.Parse("""{"text":"x"}"""))
                    {
                        CostUsd = cost,
                        InputTokens = kind == "llm" ? random.Next(1_000) : null,
                        OutputTokens = kind == "llm" && random.Next(2) == 0 ? random.Next(1_000) : null,
                    }));
                    break;
            }
        }
    }

    private async Task<string> TextAsync(string sql) => await database.ScalarAsync<string>(sql);

    private async Task<List<string>> LinesAsync(string sql)
    {
        await using var answer = await new SqlQueries(database.DataSource).AskAsync(new SqlQuery(sql));
        return await answer.ReadAsync().Select(row => string.Join('|', row)).ToListAsync();
    }
}
