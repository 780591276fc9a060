using System.Text;
using Ledger.Interop.OpenTelemetry;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests.OpenTelemetry;

/// <summary>Spans that programs export a few at a time, each request by itself.</summary>
public sealed class TraceImporterTests
{
    private const string Chat = """{"traceId":"t","spanId":"2","parentSpanId":"1","name":"chat","startTimeUnixNano":"2000","endTimeUnixNano":"3000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.output.messages","value":{"stringValue":"[{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"k\",\"name\":\"kettle\",\"arguments\":{}}]}]"}}]}""";
    private const string Http = """{"traceId":"t","spanId":"4","parentSpanId":"3","name":"POST","startTimeUnixNano":"4100","endTimeUnixNano":"4200"}""";
    private const string Agent = """{"traceId":"t","spanId":"1","name":"agent","startTimeUnixNano":"1000","endTimeUnixNano":"9000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"invoke_agent"}},{"key":"gen_ai.conversation.id","value":{"stringValue":"c"}}]}""";
    private const string Asking = """{"traceId":"t","spanId":"7","parentSpanId":"1","name":"chat","startTimeUnixNano":"5000","endTimeUnixNano":"6000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.input.messages","value":{"stringValue":"[{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"k\",\"name\":\"kettle\",\"arguments\":{}}]},{\"role\":\"tool\",\"parts\":[{\"type\":\"tool_call_response\",\"id\":\"k\",\"response\":\"hot\"}]}]"}}]}""";

    private readonly AgentLedger _ledger = new(new MemoryEventStore());

    [Fact]
    public async Task Import_EachSpanInItsOwnRequest_OneRunWithCauses()
    {
        // As exporters send them: in the order in which they end, each to another process.
        string[] spans = [Chat, Http, Tool("3", "k"), Asking, Agent];
        foreach (var span in spans.Concat(spans))
        {
            (await ImportAsync(span)).Faults.ShouldBeEmpty();
        }

        (await LinesAsync("run:t")).ShouldBe(
        [
            " otel.trace <>", "2 llm.request <1>", "2.end llm.response <2>", "4 otel.span <3>", "call-k tool.called <1>", "3 otel.span <call-k>", "call-k.end tool.returned <call-k>",
            "7 llm.request <call-k.end 1>", "7.end llm.response <7>", "1 agent.invoked <>", "1.end agent.returned <1>",
        ]);
        (await _ledger.FindAsync(new StreamName("run:c"))).ShouldBeNull();
        var run = await _ledger.OpenAsync("run:t");
        var trace = await run.ExplainAsync("4");
        trace.Events.Select(e => e.Metadata.ForeignId).ShouldBe(["4", "3", "call-k", "1"], ignoreOrder: true);
    }

    [Fact]
    public async Task Import_SpansWithoutIds_AreRejected_AndTooManyRefused()
    {
        var result = await ImportAsync("""{},5,{"traceId":"t"},{"spanId":"5"},""" + Chat);
        (result.RejectedSpans, result.Runs.Count).ShouldBe((4, 1));
        result.Faults.ShouldBe(["Spans without a traceId or a spanId, which are not taken: 4."]);

        using var importer = new TraceImporter(_ledger);

        // What an exporter without spans sends.
        using var nothing = RecordingSource.OfBytes("spans", "{}"u8.ToArray());
        var none = await importer.ImportAsync(nothing);
        (none.RejectedSpans, none.Runs.Count, none.Faults.Count).ShouldBe((0, 0, 0));

        // Each span has two bytes, and there are 300,000 of them.
        byte[] spans = [.. Enumerable.Repeat(new byte[] { 0x12, 0x00 }, 300_000).SelectMany(bytes => bytes)];
        byte[] scope = [0x12, 0xC0, 0xCF, 0x24, .. spans];
        byte[] request = [0x0A, 0xC4, 0xCF, 0x24, .. scope];
        (await Should.ThrowAsync<Files.EventFileException>(() => importer.ImportAsync(request))).Message.ShouldContain("more than 100,000 spans");
    }

    [Fact]
    public void KnownCalls_HaveOneLimit_AndATime()
    {
        var time = new FakeTimeProvider();
        var known = new KnownCalls(100, time);
        for (var run = 0; run < 30; run++)
        {
            var calls = known.Of(StreamName.Run($"r{run}")).Calls;
            Enumerable.Range(0, 9).ToList().ForEach(call => calls.Add($"{call}", null));
        }

        known.Count.ShouldBeInRange(80, 120);
        known.Of(StreamName.Run("r29")).Calls.Count.ShouldBe(9);
        time.Advance(TimeSpan.FromHours(2));
        known.Of(StreamName.Run("new"));
        known.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Import_TraceWhoseFirstSpanNamesTheConversation_StaysInItsRun()
    {
        await ImportAsync(Agent);
        await ImportAsync(Chat);

        (await LinesAsync("run:c")).Count.ShouldBe(5);
        (await _ledger.FindAsync(new StreamName("run:t"))).ShouldBeNull();
    }

    [Fact]
    public async Task Import_TwoSpansWithOneCallId_AreTwoCalls()
    {
        await ImportAsync(Tool("3", "k"));
        await ImportAsync(Tool("5", "k"));
        await ImportAsync(Tool("5", "k"));

        (await CallsAsync()).ShouldBe(["call-k", "5"]);
    }

    [Fact]
    public async Task Import_ResultOfACallWhoseSpanHasNoId_IsOneCall()
    {
        await ImportAsync(Tool("3", null));
        await ImportAsync(Asking);

        (await CallsAsync()).ShouldBe(["3"]);
    }

    [Fact]
    public async Task Import_ResultsThatAreKnown_AreNotSaidToDiffer()
    {
        await ImportAsync(Tool("3", "k"));

        (await ImportAsync(Asking)).Runs.Single().Note.ShouldBeNull();
    }

    [Fact]
    public async Task Import_ConversationThatIsArchived_DoesNotKeepOthersOut()
    {
        await ImportAsync(Agent);
        await _ledger.Store.ArchiveAsync(new("run:c"));

        var result = await ImportAsync(Chat + "," + Agent.Replace("\"t\"", "\"u\"", StringComparison.Ordinal).Replace("\"c\"", "\"d\"", StringComparison.Ordinal));

        result.RejectedSpans.ShouldBe(1);
        result.Faults.Single().ShouldStartWith("Stream 'run:c' is archived");
        (await LinesAsync("run:d")).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Import_TracesWithoutAnAgent_AreCountedAndLeftOut()
    {
        var result = await ImportAsync(Http + "," + Http.Replace("\"t\"", "\"u\"", StringComparison.Ordinal));

        (result.LeftOutSpans, result.Runs.Count).ShouldBe((2, 0));
    }

    [Fact]
    public async Task Import_AttributeThatIsRepeated_KeepsEveryValue()
    {
        var text = new StringBuilder("""{"traceId":"t","spanId":"x","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"embeddings"}}""");
        for (var i = 0; i < 10_000; i++)
        {
            text.Append(""",{"key":"a","value":{"intValue":"1"}}""");
        }

        await ImportAsync(text.Append("]}").ToString());

        var made = (await (await _ledger.OpenAsync("run:t")).ReadAllAsync()).Single(e => e.Metadata.ForeignId == "x");
        made.ToJsonElement().GetProperty("attributes").EnumerateObject().Count(a => a.Name[0] == 'a').ShouldBe(10_000);
    }

    [Fact]
    public async Task Import_AnswerWithMembersOfTheEvent_KeepsBoth()
    {
        await ImportAsync("""{"traceId":"t","spanId":"x","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.response.model","value":{"stringValue":"m"}}],"events":[{"name":"gen_ai.choice","attributes":[{"key":"gen_ai.event.content","value":{"stringValue":"{\"message\":{\"content\":\"a\",\"text\":\"b\",\"model\":\"n\",\"span\":1},\"finish_reason\":\"stop\"}"}}]}]}""");

        var data = (await (await _ledger.OpenAsync("run:t")).ReadAllAsync()).Single(e => e.Type == "llm.response").ToJsonElement();
        data.EnumerateObject().Select(member => member.Name).ShouldBeUnique();
        (data.GetProperty("text").GetString(), data.GetProperty("model").GetString()).ShouldBe(("a", "m"));
        data.GetProperty("extra").GetProperty("message").GetRawText().ShouldBe("""{"text":"b","model":"n","span":1}""");
    }

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("\\u0000")]
    [InlineData("\\ud83d\\ude00 \\\" \\\\ \u007f")]
    public async Task Import_TextOfAnyKind_IsStored(string text)
    {
        var value = $$"""{"stringValue":"{{text}}"}""";
        var messages = """[{"role":"assistant","TEXT":"TEXT","parts":[{"type":"text","content":"TEXT"},{"type":"tool_call","id":"TEXT","name":"TEXT","arguments":{"TEXT":1e999}}]}]""".Replace("TEXT", text, StringComparison.Ordinal);
        var inner = $$"""{"stringValue":{{System.Text.Json.Nodes.JsonValue.Create(messages).ToJsonString()}} }""";
        var attributes = string.Join(',', new[] { "gen_ai.request.model", "gen_ai.response.model", "gen_ai.tool.name", "gen_ai.tool.call.id", "gen_ai.tool.call.arguments", "gen_ai.agent.name", "gen_ai.conversation.id", text }
            .Select(key => $$"""{"key":"{{key}}","value":{{value}} }"""));
        foreach (var operation in new[] { "chat", "execute_tool", "invoke_agent", "embeddings" })
        {
            (await ImportAsync($$$"""{"traceId":"t","spanId":"{{{operation}}}","name":"{{{text}}}","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"{{{operation}}}"}},{"key":"gen_ai.input.messages","value":{{{inner}}} },{"key":"gen_ai.output.messages","value":{{{inner}}} },{{{attributes}}}] }""")).Faults.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Import_ChatsThatRepeatTheConversation_LookUpEachCallAFewTimes()
    {
        // No span stands for a call, so each is known by its result in the requests after it.
        const int Chats = 60;
        using var importer = new TraceImporter(_ledger);
        for (var i = 1; i <= Chats; i++)
        {
            var messages = string.Join(',', Enumerable.Range(1, i).Select(k =>
                $$$"""{"role":"assistant","parts":[{"type":"tool_call","id":"k{{{k}}}","name":"kettle","arguments":{}}]},{"role":"tool","parts":[{"type":"tool_call_response","id":"k{{{k}}}","response":"hot"}]}"""));
            var input = System.Text.Json.Nodes.JsonValue.Create($"[{messages}]").ToJsonString();
            var chat = $$$"""{"traceId":"t","spanId":"s{{{i}}}","name":"chat","startTimeUnixNano":"{{{i}}}000","endTimeUnixNano":"{{{i}}}500","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.input.messages","value":{"stringValue":{{{input}}}}}]}""";
            using var source = RecordingSource.OfBytes("spans", Encoding.UTF8.GetBytes($$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{chat}}]}]}]}"""));
            (await importer.ImportAsync(source)).Faults.ShouldBeEmpty();
        }

        (await CallsAsync()).Count.ShouldBe(Chats);

        // Twice for the id of each, and once for the events of each chat: not all of them again with each chat.
        importer.Lookups.ShouldBeLessThan(Chats * 10);
    }

    private static string Tool(string span, string? call)
    {
        const string Named = """,{"key":"gen_ai.tool.call.id","value":{"stringValue":"CALL"}}""";
        return """{"traceId":"t","spanId":"SPAN","parentSpanId":"1","name":"tool","startTimeUnixNano":"4000","endTimeUnixNano":"4500","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"execute_tool"}},{"key":"gen_ai.tool.name","value":{"stringValue":"kettle"}}NAMED]}"""
            .Replace("NAMED", call is null ? "" : Named.Replace("CALL", call, StringComparison.Ordinal), StringComparison.Ordinal)
            .Replace("SPAN", span, StringComparison.Ordinal);
    }

    private async Task<TraceImportResult> ImportAsync(string spans)
    {
        using var importer = new TraceImporter(_ledger);
        using var source = RecordingSource.OfBytes("spans", Encoding.UTF8.GetBytes($$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{spans}}]}]}]}"""));
        return await importer.ImportAsync(source);
    }

    private async Task<List<string>> CallsAsync() =>
        [.. (await (await _ledger.OpenAsync("run:t")).ReadAllAsync()).Where(e => e.Type == "tool.called").Select(e => e.Metadata.ForeignId!)];

    private async Task<List<string>> LinesAsync(string run) =>
    [
        .. (await (await _ledger.OpenAsync(run)).ReadAllAsync()).Where(e => e.Type != "otel.resource")
            .Select(e => $"{e.Metadata.ForeignId} {e.Type} <{string.Join(' ', e.Metadata.ForeignCauses)}>"),
    ];
}
