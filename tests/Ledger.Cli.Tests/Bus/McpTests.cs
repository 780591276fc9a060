using System.Text.Json.Nodes;
using Ledger.Conformance;
using Ledger.Postgres;
using Ledger.Records;
using Ledger.Seal;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Bus;

/// <summary>The package's own client against <c>ledger mcp</c> in a process of its own, over standard input and output.</summary>
public sealed class McpTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Client_SavesATaskForksARunAndReadsTheDiff()
    {
        await using var client = await ConnectAsync();

        var tools = await client.ListToolsAsync();
        tools.Select(t => t.Name).ShouldBe(
        [
            "chrono_get", "chrono_history", "chrono_projects", "chrono_query", "chrono_upsert",
            "ldg_call_list", "ldg_call_save", "ldg_msg_list", "ldg_msg_save", "ldg_task_get", "ldg_task_query", "ldg_task_save", "log_contracts", "log_search",
            "run_append", "run_blame", "run_branches", "run_diff", "run_event", "run_events", "run_fork", "run_list", "run_merge",
            "run_object", "run_pick", "run_rebase", "run_search", "run_start", "run_trace", "run_world", "seal_prove", "seal_status",
        ]);

        (await CallAsync(client, "ldg_task_save", """{"task":{"id":"t1","systemPrompt":"Find out.","createdAt":1,"updatedAt":1,"run":"run:mcp"}}"""))
            .ShouldBe("""{"success":true}""");
        await CallAsync(client, "ldg_msg_save", """{"message":{"id":"m1","taskId":"t1","role":"user","content":"Wann kocht Wasser? 🫖","timestamp":2}}""");
        await CallAsync(
            client,
            "ldg_call_save",
            """{"call":{"id":"c1","taskId":"t1","abilityName":"a:b","parameters":"{}","status":"pending","details":"{}","createdAt":3,"updatedAt":3,"startMessageId":"m1"}}""");
        (await CallAsync(client, "ldg_msg_list", """{"taskId":"t1"}""")).ShouldContain("Wann kocht Wasser? 🫖");
        (await CallAsync(client, "ldg_call_list", """{"taskId":"t1"}""")).ShouldContain("\"c1\"");

        var created = JsonNode.Parse(await CallAsync(
            client, "run_append", """{"run":"mcp","type":"object.created","data":{"id":"o1","type":"Claim","data":{"n":1}}}"""))!;
        created["length"]!.GetValue<long>().ShouldBe(1);
        await CallAsync(client, "run_append", """{"run":"mcp","type":"tool.called","data":{"tool":"kettle"},"call_id":"c1"}""");
        (await CallAsync(client, "run_events", """{"run":"mcp","call_id":"c1"}""")).ShouldSatisfyAllConditions(
            t => t.ShouldContain("\"call_id\":\"c1\""), t => t.ShouldNotContain("object.created"));
        (await CallAsync(client, "run_fork", """{"run":"mcp","at":1,"id":"mcp-2"}""")).ShouldStartWith("""{"id":"mcp-2","stream":"branch:mcp-2","parent":"run:mcp","root":"run:mcp","fork_position":1,""");
        await CallAsync(client, "run_append", """{"run":"mcp-2","type":"object.patched","data":{"id":"o1","patch":{"n":2}}}""");
        (await CallAsync(client, "run_diff", """{"run":"mcp","other":"mcp-2"}""")).ShouldContain("~1 objects patched");
        (await CallAsync(client, "run_world", """{"run":"mcp-2"}""")).ShouldContain("\"n\":2");
        (await CallAsync(client, "run_trace", $$"""{"run":"mcp","event_id":"{{created["event_id"]}}"}""")).ShouldContain("object.created");
        (await CallAsync(client, "run_list", "{}")).ShouldContain("\"mcp\"");
    }

    [Fact]
    public async Task Client_AsksARecordStore()
    {
        await using (var dataSource = NpgsqlDataSource.Create(database.ConnectionString))
        {
            await using var log = new PostgresEventStore(dataSource);
            await using var store = new ChronoStore(log, "mcp");
            await store.UpsertAsync(new ChronoRecord { Id = "R-1", Kind = "fact", Label = "Wasser kocht", Confidence = 0.5 });
            await store.UpsertAsync(new ChronoRecord { Id = "R-1", Kind = "fact", Label = "Wasser kocht bei 100 °C", Confidence = 0.9 });
            await store.UpsertAsync(new ChronoRecord { Id = "R-2", Kind = "guess", Label = "Tee auch", Confidence = 0.1 });
        }

        await using var client = await ConnectAsync();
        (await CountAsync("chrono_query", """{"project":"mcp"}""", "records")).ShouldBe(2);
        (await CountAsync("chrono_query", """{"project":"mcp","rag_filter":true}""", "records")).ShouldBe(1);
        (await CountAsync("chrono_query", """{"project":"mcp","kind":"guess","min_confidence":0.5}""", "records")).ShouldBe(0);
        (await CountAsync("chrono_query", """{"project":"mcp","limit":1}""", "records")).ShouldBe(1);
        (await CountAsync("chrono_history", """{"project":"mcp","id":"R-1"}""", "events")).ShouldBe(2);
        (await CallAsync(client, "chrono_get", """{"project":"mcp","id":"R-1"}""")).ShouldContain("Wasser kocht bei 100 °C");
        (await CallAsync(client, "chrono_get", """{"project":"mcp","id":"R-1","at_seq":1}""")).ShouldContain("\"Wasser kocht\"");
        JsonNode.Parse(await CallAsync(client, "chrono_get", """{"project":"mcp","id":"R-9"}"""))!["record"].ShouldBeNull();
        (await RefusedAsync(client, "chrono_get", """{"project":"","id":"R-1"}""")).ShouldBe(
            "'' cannot be the name of a project: 1 to 493 characters, without control characters.");

        async Task<int> CountAsync(string tool, string json, string member) =>
            JsonNode.Parse(await CallAsync(client, tool, json))![member]!.AsArray().Count;
    }

    [Fact]
    public async Task EveryTool_Answer_MatchesItsOutputSchema()
    {
        await database.StartAsync("schemas", 2);
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        var seal = new LogSeal(dataSource);
        await seal.SealAsync();
        await seal.CheckpointAsync([SealKey.Generate("example.com/log")]);
        await using var first = dataSource.CreateCommand("select id from ledger.mt_events where stream_id = 'run:schemas' and version = 1");
        (string Tool, string Json)[] calls =
        [
            ("chrono_projects", "{}"),
            ("chrono_upsert", """{"project":"schemas","record":{"id":"R-1"}}"""),
            ("chrono_get", """{"project":"schemas","id":"R-1"}"""),
            ("chrono_history", """{"project":"schemas","id":"R-1"}"""),
            ("chrono_query", """{"project":"schemas"}"""),
            ("ldg_task_save", """{"task":{"id":"s1","systemPrompt":"Find out.","createdAt":1,"updatedAt":1}}"""),
            ("ldg_task_get", """{"taskId":"s1"}"""),
            ("ldg_task_query", "{}"),
            ("ldg_msg_save", """{"message":{"id":"sm","taskId":"s1","role":"user","content":"How?","timestamp":2}}"""),
            ("ldg_msg_list", """{"taskId":"s1"}"""),
            ("ldg_call_save", """{"call":{"id":"sc","taskId":"s1","abilityName":"a:b","parameters":"{}","status":"pending","details":"{}","createdAt":3,"updatedAt":3,"startMessageId":"sm"}}"""),
            ("ldg_call_list", """{"taskId":"s1"}"""),
            ("run_append", """{"run":"schemas","type":"object.create","data":{},"call_id":"sc","id":"e9"}"""),
            ("run_events", """{"run":"schemas"}"""),
            ("run_event", """{"run":"schemas","event":"0","path":""}"""),
            ("run_search", """{"run":"schemas","text":"o"}"""),
            ("log_contracts", """{"name":"object.created"}"""),
            ("log_query", """{"sql":"select run, events from ledger.runs where run like 'schemas%'"}"""),
            ("seal_status", """{"run":"schemas"}"""),
            ("seal_prove", $$"""{"event":"{{await first.ExecuteScalarAsync()}}"}"""),
            ("log_search", """{"text":"c1","object":"c1","min_seconds":0,"kind":"runs","status":"running"}"""),
            ("run_object", """{"run":"schemas","id":"none"}"""),
            ("run_blame", """{"run":"schemas","id":"none"}"""),
            ("run_start", """{"id":"schemas-started"}"""),
            ("run_list", "{}"),
            ("run_world", """{"run":"schemas"}"""),
            ("run_trace", """{"run":"schemas","event_id":"e9"}"""),
            ("run_fork", """{"run":"schemas","at":1,"id":"schemas-2","name":"a label"}"""),
            ("run_branches", """{"run":"schemas"}"""),
            ("run_diff", """{"run":"schemas","other":"schemas-2"}"""),
            ("run_pick", """{"run":"schemas-2","source":"schemas","events":["e9"],"preview":true}"""),
            ("run_merge", """{"run":"schemas-2","source":"schemas","take":"theirs","actor":"me"}"""),
            ("run_rebase", """{"run":"schemas-2","onto":"schemas","id":"schemas-3","mode":"squash","actor":"me"}"""),
        ];
        await using var client = await ConnectAsync("--allow-queries");
        (await RefusedAsync(client, "log_query", """{"sql":"select 1"}""")).ShouldStartWith("The log has no role of readers, and '");
        await database.CreateRolesAsync();

        (await client.ListToolsAsync()).Select(tool => tool.Name).ShouldBe(calls.Select(call => call.Tool), ignoreOrder: true);
        foreach (var (tool, json) in calls)
        {
            await CallAsync(client, tool, json);
        }
    }

    [Fact]
    public async Task Refusals_AreToolErrorsWithThePersonsSentence()
    {
        await using var client = await ConnectAsync();

        (await RefusedAsync(client, "ldg_msg_save", """{"message":{"id":"m9","taskId":"nobody","role":"user","content":"x","timestamp":2}}""")).ShouldBe(
            "The message 'm9' names the task 'nobody', which does not exist. Nothing was written; save that task first.");
        (await RefusedAsync(client, "ldg_task_get", """{"id":5}""")).ShouldBe(
            "The tool 'ldg_task_get' does not accept these arguments: 'taskId' is missing; 'id' is not a member; known: taskId. Nothing was done.");
        (await RefusedAsync(client, "run_world", """{"run":"nix"}""")).ShouldBe(
            "There is no stream 'nix'. 'run_list' and 'run_branches' show what exists.");
        (await RefusedAsync(client, "log_contracts", """{"name":"nix"}""")).ShouldBe("There is no contract of the name 'nix'. Without 'name', all names are listed.");
        (await RefusedAsync(client, "log_query", """{"sql":"select 1"}""")).ShouldStartWith("There is no tool 'log_query'.");
        await using var asking = await ConnectAsync("--allow-queries", "--tools", "log_query");
        (await RefusedAsync(asking, "log_query", """{"sql":"delete from ledger.mt_events"}""")).ShouldContain("select");
        (await RefusedAsync(client, "ldg_nothing", "{}")).ShouldStartWith("There is no tool 'ldg_nothing'. The tools are: chrono_get, ");
    }

    [Fact]
    public async Task Options_ChooseTheTools()
    {
        await using var reading = await ConnectAsync("--read-only");
        (await reading.ListToolsAsync()).ShouldAllBe(t => t.ProtocolTool.Annotations!.ReadOnlyHint == true);
        (await RefusedAsync(reading, "run_append", "{}")).ShouldBe("The tool 'run_append' is not allowed here.");
        await using var chosen = await ConnectAsync("--tools", "run_list, run_append");
        (await chosen.ListToolsAsync()).Select(t => t.Name).ShouldBe(["run_append", "run_list"]);

        var unknown = await database.Cli.RunAsync("mcp", "--tools", "run_lists");
        (unknown.ExitCode, unknown.Error[..45]).ShouldBe((2, "ledger: There is no tool 'run_lists'. The too"));
        (await database.Cli.RunAsync("mcp", "--read-only", "--tools", "run_append")).ShouldBeRefused(
            2, "The tool 'run_append' writes, and writing is off. Leave --read-only out.");
    }

    private static async Task<string> CallAsync(McpClient client, string tool, string json)
    {
        var (text, isError) = await AskAsync(client, tool, json);
        isError.ShouldBeFalse(text);
        return text;
    }

    private static async Task<string> RefusedAsync(McpClient client, string tool, string json)
    {
        var (text, isError) = await AskAsync(client, tool, json);
        isError.ShouldBeTrue(text);
        return text;
    }

    private static async Task<(string Text, bool IsError)> AskAsync(McpClient client, string tool, string json)
    {
        var arguments = JsonNode.Parse(json)!.AsObject().ToDictionary(m => m.Key, m => (object?)m.Value);
        var result = await client.CallToolAsync(tool, arguments);
        if (result.IsError != true)
        {
            var described = (await client.ListToolsAsync()).Single(t => t.Name == tool).ProtocolTool.OutputSchema!.Value;
            result.StructuredContent!.Value.ShouldMatch(JsonNode.Parse(described.GetRawText())!, null, tool);
        }

        return (((TextContentBlock)result.Content[0]).Text, result.IsError == true);
    }

    private Task<McpClient> ConnectAsync(params string[] options) => McpClient.CreateAsync(
        new StdioClientTransport(new StdioClientTransportOptions
        {
            Command = "dotnet",
            Arguments = [Path.Combine(AppContext.BaseDirectory, "Ledger.Cli.dll"), "mcp", .. options],
            EnvironmentVariables = new Dictionary<string, string?> { ["LEDGER_POSTGRES"] = database.SeveralHosts },
        }),
        new McpClientOptions { InitializationTimeout = TimeSpan.FromMinutes(5) });
}
