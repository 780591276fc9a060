using System.Text.Json;
using Ledger.Bus;
using Ledger.Log;
using Ledger.Log.Contracts;
using Ledger.Mcp.Abilities;
using Ledger.Tasks;
using ModelContextProtocol.Protocol;
using Shouldly;
using Xunit;

namespace Ledger.Mcp.Tests;

/// <summary>The tools that write, and what they refuse in the words of tools.</summary>
public sealed class WritingToolTests : IAsyncLifetime
{
    private ToolServer _server = null!;

    public async Task InitializeAsync() => _server = await ToolServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Start_CreatesARunOnce()
    {
        (await _server.CallAsync("run_start", """{"id":"mine"}""")).GetProperty("stream").GetString().ShouldBe("run:mine");
        (await _server.CallAsync("run_start", "{}")).GetProperty("length").GetInt64().ShouldBe(0);
        await _server.CallAsync("run_append", """{"run":"mine","type":"note","data":{}}""");
        (await _server.RefusedAsync("run_start", """{"id":"mine"}""")).ShouldBe("'run:mine' exists already and has 1 events. Nothing was written; choose another id.");
    }

    [Fact]
    public async Task Append_ExpectedLength_IsCheckedInRunsAndBranches()
    {
        await _server.CallAsync("run_append", """{"run":"r","type":"note","data":{"n":0},"expected_length":0}""");
        await _server.CallAsync("run_append", """{"run":"r","type":"note","data":{"n":1},"expected_length":1}""");
        (await _server.RefusedAsync("run_append", """{"run":"r","type":"note","data":{"n":1},"expected_length":1}""")).ShouldBe(
            "'run:r' has 2 events, but the append expected 1. Nothing was written; read the events from 1 on and decide again.");

        await _server.CallAsync("run_fork", """{"run":"r","at":2,"id":"b"}""");
        await _server.CallAsync("run_append", """{"run":"b","type":"note","data":{},"expected_length":3}""");
        (await _server.RefusedAsync("run_append", """{"run":"b","type":"note","data":{},"expected_length":3}""")).ShouldBe(
            "'branch:b' has 4 events, but the append expected 3. Nothing was written; read the events from 3 on and decide again.");
        (await _server.RefusedAsync("run_append", """{"run":"b","type":"note","data":{},"expected_length":1}""")).ShouldBe(
            "'branch:b' was forked at 2 and is never shorter, but the append expected 1 events. Nothing was written.");
    }

    [Fact]
    public async Task Refusals_NameToolsAndNoCommands()
    {
        await _server.CallAsync("run_append", """{"run":"r","type":"note","data":{}}""");
        (await _server.RefusedAsync("run_append", """{"run":"r","type":"object.patched","data":{"id":"ghost","patch":{}}}""")).ShouldEndWith("if the object was removed, 'run_fork' continues from where it existed.");
        (await _server.RefusedAsync("run_append", """{"run":"branch:none","type":"note","data":{}}""")).ShouldBe("There is no branch 'none'. Branches are created only by 'run_fork'.");
        (await _server.RefusedAsync("run_events", """{"runn":"r"}""")).ShouldStartWith("The tool 'run_events' does not accept these arguments: 'run' is missing; 'runn' is not a member; known: run, ");
        (await _server.RefusedAsync("run_delete", "{}")).ShouldStartWith("There is no tool 'run_delete'. The tools are: chrono_get, ");
        (await _server.RefusedAsync("bus_list", "{}")).ShouldStartWith("There is no tool 'bus_list'.");
    }

    [Fact]
    public async Task Append_BreakingTheContractOfTheName_IsRefusedWithThePathAndTheRule()
    {
        var contract = new EventContract("sonar.pinged", JsonElement.Parse("""{"required":["depth"]}"""));
        var registry = EventRegistry.Default.ValidatingAppends(new EventContracts([contract]));
        await using var server = await ToolServer.StartAsync(ledger: new AgentLedger(new MemoryEventStore(registry)));
        (await server.RefusedAsync("run_append", """{"run":"r","type":"sonar.pinged","data":{}}""")).ShouldBe(
            "An event 'sonar.pinged' cannot be stored: '/depth' of its data is missing. The contract of the event says so. Nothing was written.");
        await server.CallAsync("run_append", """{"run":"r","type":"sonar.pinged","data":{"depth":1}}""");
    }

    [Fact]
    public async Task Branches_AreListedInPages()
    {
        await _server.CallAsync("run_append", """{"run":"r","type":"note","data":{}}""");
        await _server.CallAsync("run_append", """{"run":"q","type":"note","data":{}}""");
        foreach (var (run, branch) in new[] { ("r", "b-1"), ("r", "b-2"), ("b-1", "b-3"), ("q", "other") })
        {
            await _server.CallAsync("run_fork", $$"""{"run":"{{run}}","at":1,"id":"{{branch}}"}""");
        }

        var first = await _server.CallAsync("run_branches", """{"run":"r","limit":2}""");
        var rest = await _server.CallAsync("run_branches", $$"""{"run":"r","skip":{{first.GetProperty("next")}}}""");
        string[] ids = [.. new[] { first, rest }.SelectMany(page => page.GetProperty("branches").EnumerateArray()).Select(b => b.GetProperty("id").GetString()!)];
        ids.Order(StringComparer.Ordinal).ShouldBe(["b-1", "b-2", "b-3"]);
        (await _server.CallAsync("run_branches", "{}")).GetProperty("branches").GetArrayLength().ShouldBe(4);
        (await _server.CallAsync("run_list", """{"kind":"branches","text":"B-","limit":2}""")).GetProperty("runs")[1].GetProperty("length").GetInt64().ShouldBe(2);
    }

    [Fact]
    public async Task Records_AreWrittenAndReadInPages()
    {
        for (var i = 0; i < 5; i++)
        {
            var written = await _server.CallAsync("chrono_upsert", $$"""{"project":"p","record":{"id":"R-{{i}}","label":"Wasser {{i}}","confidence":0.9} }""");
            written.GetProperty("head").GetString()!.ShouldStartWith($"{i + 1}:");
        }

        var again = """{"project":"p","record":{"id":"R-9"},"event_id":"0199a000-0000-7000-8000-000000000001"}""";
        (await _server.CallAsync("chrono_upsert", again)).GetProperty("head").GetString().ShouldBe((await _server.CallAsync("chrono_upsert", again)).GetProperty("head").GetString());
        (await _server.RefusedAsync("chrono_upsert", """{"project":"p","record":{"label":"no id"} }""")).ShouldBe("The record has no 'id'. Nothing was written.");
        var page = await _server.CallAsync("chrono_query", """{"project":"p","limit":2,"skip":2}""");
        page.GetProperty("records").EnumerateArray().Select(r => r.GetProperty("id").GetString()).ShouldBe(["R-2", "R-3"]);
        page.GetProperty("next").GetInt32().ShouldBe(4);
        (await _server.CallAsync("chrono_history", """{"project":"p","id":"R-1"}""")).GetProperty("events").GetArrayLength().ShouldBe(1);
        (await _server.CallAsync("chrono_projects", "{}")).GetProperty("projects")[0].GetProperty("id").GetString().ShouldBe("p");
    }

    [Fact]
    public async Task Record_TooLongForAnAnswer_IsWrittenAndAnsweredWithoutItsEvent()
    {
        var written = await _server.CallAsync("chrono_upsert", $$"""{"project":"long","record":{"id":"R","data":{"text":"{{new string('x', 1_100_000)}}"} } }""");

        written.GetProperty("head").GetString()!.ShouldStartWith("1:");
        written.GetProperty("event").ValueKind.ShouldBe(JsonValueKind.Null);
        written.GetProperty("event_omitted").GetInt64().ShouldBeGreaterThan(1_100_000);
        (await _server.Ledger.Store.GetStreamAsync(new StreamName("chrono:long")))!.Version.Value.ShouldBe(1);
    }

    [Fact]
    public async Task Record_TooLongForAnAnswer_IsListedInShortAndReadInParts()
    {
        await _server.CallAsync("chrono_upsert", $$"""{"project":"parts","record":{"id":"R","label":"long","data":{"text":"{{new string('x', 1_100_000)}}"} } }""");

        var listed = (await _server.CallAsync("chrono_query", """{"project":"parts"}""")).GetProperty("records")[0];
        (listed.GetProperty("id").GetString(), listed.GetProperty("label").GetString(), listed.TryGetProperty("data", out _)).ShouldBe(("R", "long", false));
        listed.GetProperty("data_omitted").GetInt64().ShouldBeGreaterThan(1_100_000);
        (await _server.CallAsync("chrono_history", """{"project":"parts","id":"R"}""")).GetProperty("events")[0].GetProperty("seq").GetInt64().ShouldBe(1);
        var whole = await _server.CallAsync("chrono_get", """{"project":"parts","id":"R"}""");
        (whole.GetProperty("record").GetProperty("label").GetString(), whole.GetProperty("part").GetProperty("next").GetInt32()).ShouldBe(("long", 32 * 1024));

        var read = 0;
        for (int? from = 0; from is { } at;)
        {
            var part = (await _server.CallAsync("chrono_get", $$"""{"project":"parts","id":"R","at_seq":1,"path":"/data/text","from":{{at}}}""")).GetProperty("part");
            read += part.GetProperty("text").GetString()!.Length;
            from = part.TryGetProperty("next", out var next) ? next.GetInt32() : null;
        }

        read.ShouldBe(1_100_000);
    }

    [Fact]
    public async Task Fork_LongLabel_IsKeptAndAnsweredInShort()
    {
        await _server.CallAsync("run_append", """{"run":"r","type":"note","data":{}}""");
        var forked = await _server.CallAsync("run_fork", $$"""{"run":"r","at":1,"id":"b","name":"{{new string('x', 1_100_000)}}"}""");

        forked.GetProperty("name").GetString()!.Length.ShouldBe(1_001);
        (await _server.CallAsync("run_branches", "{}")).GetProperty("branches")[0].GetProperty("name").GetString()!.Length.ShouldBe(1_001);
        (await _server.Ledger.ListBranchesAsync()).ShouldHaveSingleItem().Branch.Name!.Length.ShouldBe(1_100_000);
    }

    [Theory]
    [InlineData("run:append")]
    [InlineData("ldg:task:save")]
    public async Task AnswerTooLong_OfAToolThatWrites_IsLeftOut(string ability)
    {
        var answer = await AnswerAsync(ability, new string('x', LedgerTools.MostBytes));

        answer.IsError.ShouldBe(false);
        answer.Content.OfType<TextContentBlock>().Single().Text.ShouldStartWith($"'{ToolTable.NameOf(ability)}' did its work, but ");
    }

    [Fact]
    public async Task AnswerTooLong_OfAToolThatReads_IsCutAndSaysWhere()
    {
        var answer = await AnswerAsync("run:event", new string('x', LedgerTools.MostBytes));

        answer.IsError.ShouldBe(false);
        string[] texts = [.. answer.Content.OfType<TextContentBlock>().Select(block => block.Text)];
        JsonElement.Parse(texts[0]).GetProperty("text").GetString().ShouldBe(new string('x', 64 * 1024) + "…");
        answer.StructuredContent!.Value.GetProperty("length").GetInt32().ShouldBe(0);
        texts[1].ShouldBe(
            $"This answer of 'run_event' has {LedgerTools.MostBytes + 41} bytes, of which {LedgerTools.MostBytes} are allowed. It was cut at /text. "
            + "Read the whole values in parts, by 'path' and 'from' of run_event.");
    }

    private static async Task<CallToolResult> AnswerAsync(string ability, string text)
    {
        var bus = new AgentBus();
        var meta = new AbilityMeta<RunStartInput, PartContract>(ability, "Answers at length.", AbilityInputContext.Default.RunStartInput, ToolContractContext.Default.PartContract);
        bus.Register(meta, (_, _) => Task.FromResult(new PartContract("", 0, 0, text)));
        var tools = new LedgerTools(bus, new ToolChoice(McpWriting.Allowed, null), (fault, _) => fault.Message);
        return await tools.CallAsync(new CallToolRequestParams { Name = ToolTable.NameOf(ability) }, CancellationToken.None);
    }

    [Fact]
    public async Task Tasks_NeedNoTimes_AndHaveThemInIso()
    {
        var before = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        await _server.CallAsync("ldg_task_save", """{"task":{"id":"t","systemPrompt":"Find out."} }""");
        await _server.CallAsync("ldg_msg_save", """{"message":{"id":"m","taskId":"t","role":"user","content":"?","timestamp":"2026-11-29T10:30:00+01:00"} }""");
        await _server.CallAsync("ldg_call_save", """{"call":{"id":"c","taskId":"t","abilityName":"a:b","parameters":"{}","status":"pending","details":"{}","createdAt":1000,"startMessageId":"m"} }""");
        await _server.CallAsync("ldg_task_save", """{"task":{"id":"t","systemPrompt":"Find out.","completionStatus":"success"} }""");

        var task = (await _server.CallAsync("ldg_task_get", """{"taskId":"t"}""")).GetProperty("task");
        var created = task.GetProperty("createdAt").GetDateTimeOffset();
        created.ShouldBeGreaterThan(before);
        task.GetProperty("updatedAt").GetDateTimeOffset().ShouldBeGreaterThanOrEqualTo(created);
        (await _server.CallAsync("ldg_msg_list", """{"taskId":"t"}""")).GetProperty("messages")[0].GetProperty("timestamp").GetString().ShouldBe("2026-11-29T09:30:00Z");
        (await _server.CallAsync("ldg_call_list", """{"taskId":"t"}""")).GetProperty("calls")[0].GetProperty("createdAt").GetString().ShouldBe("1970-01-01T00:00:01Z");
        (await _server.CallAsync("ldg_task_query", """{"fromTime":"2001-01-01T00:00:00Z"}""")).GetProperty("total").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Lists_OfTasks_AreBounded()
    {
        var tasks = new TaskLedger(_server.Ledger.Store);
        await _server.CallAsync("ldg_task_save", """{"task":{"id":"t","systemPrompt":"?"} }""");
        for (var i = 0; i < 4; i++)
        {
            await tasks.SaveMessageAsync(new Message
            {
                Id = $"m-{i}", TaskId = "t", Role = MessageRole.User, Content = new string('x', 50_000), Timestamp = DateTimeOffset.UnixEpoch.AddSeconds(i),
            });
        }

        var page = await _server.CallAsync("ldg_msg_list", """{"taskId":"t"}""");
        (page.GetProperty("messages").GetArrayLength(), page.GetProperty("total").GetInt32()).ShouldBe((2, 4));
        (await _server.CallAsync("ldg_msg_list", """{"taskId":"t","offset":2}""")).GetProperty("messages")[0].GetProperty("id").GetString().ShouldBe("m-2");
    }
}
