using System.Text.Json;
using Ledger.Conformance.Conventions;
using Ledger.Files;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests;

/// <summary>Runs that agents of Microsoft.Extensions.AI recorded, in the formats of others: what the model was told, offered and answered, failures included.</summary>
public sealed class AgentRunExportTests
{
    private static readonly string Golden = Path.Combine(SourceTree.Root, "tests", "Ledger.Agents.Tests", "Golden", "agent.jsonl");

    private readonly AgentLedger _ledger = new(new MemoryEventStore());

    [Fact]
    public async Task Chat_ConversationWithTools_IsWhatTheModelSaw()
    {
        var lines = await ChatAsync(await ImportAsync());

        var first = lines[0].GetProperty("messages").EnumerateArray().ToList();
        first.Select(Shown).ShouldBe(
        [
            "system: Be brief.", "user: How is the weather? + image_url", "assistant: weather Rome, weather Oslo", "tool: Rome: sun",
            "tool: Error: Function failed. Exception: too slow", "assistant: weather Oslo", "tool: Oslo: rain", "assistant: sun in Rome, rain in Oslo",
        ]);
        lines[0].GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("function").GetProperty("name").GetString()).ShouldBe(["weather"]);
        lines[1].GetProperty("messages").EnumerateArray().Select(Shown).ShouldBe(["user: And tomorrow?", "assistant: as today send all"]);
        foreach (var line in lines)
        {
            CheckThatAnApiTakes(line);
        }
    }

    [Fact]
    public async Task Chat_CallsThatOnlyTheMessagesHave_AreThere()
    {
        var run = _ledger.GetRun("bare");
        await run.AppendAsync([
            Request("""{"role":"user","contents":[{"$type":"text","text":"Warm?"}]}"""),
            Response("""{"role":"assistant","contents":[{"$type":"reasoning","text":"I must look."},{"$type":"functionCall","callId":"x","name":"look","arguments":{"at":"kettle"}}]}""", ""),
        ]);
        await run.AppendAsync([
            Request(
                """{"role":"user","contents":[{"$type":"text","text":"Warm?"}]}""",
                """{"role":"assistant","contents":[{"$type":"reasoning","text":"I must look."},{"$type":"functionCall","callId":"call-1","name":"look","arguments":{"at":"kettle"}}]}""",
                """{"role":"tool","contents":[{"$type":"functionResult","callId":"call-1","result":{"degrees":93}}]}"""),
            Response("""{"role":"assistant","contents":[{"$type":"functionCall","callId":"x","name":"look","arguments":{"at":"cup"}}]}""", ""),
        ]);

        var line = (await ChatAsync(run)).ShouldHaveSingleItem();

        line.GetProperty("messages").EnumerateArray().Select(Shown).ShouldBe(["user: Warm?", "assistant: look kettle", """tool: {"degrees":93}""", "assistant: look cup"]);
        line.GetProperty("messages")[1].GetProperty("reasoning_content").GetString().ShouldBe("I must look.");
        line.GetProperty("messages")[1].GetProperty("tool_calls")[0].GetProperty("id").GetString().ShouldBe("x");
        line.GetProperty("messages")[3].GetProperty("tool_calls")[0].GetProperty("id").GetString().ShouldBe("x~2");
    }

    [Fact]
    public async Task Chat_FineTuningFileWithTools_KeepsThem()
    {
        const string Line = """{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"b"},{"type":"refusal","refusal":"c"}]}],"tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object"}}}]}""";
        var (ledger, _) = await Recording.Read(Line, RecordingFormat.OpenAIChat).ImportAsync();

        (await ChatAsync(await ledger.OpenAsync("run:r"))).Select(line => line.GetRawText()).ShouldBe([Line]);
    }

    [Fact]
    public async Task Chat_ImportedCallsWithOneId_AreBothThere()
    {
        const string Line = """{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"x","type":"function","function":{"name":"look","arguments":"{\"at\":1}"}},{"id":"x","type":"function","function":{"name":"look","arguments":"{\"at\":2}"}}]}]}""";
        var (ledger, _) = await Recording.Read(Line, RecordingFormat.OpenAIChat).ImportAsync();

        (await ChatAsync(await ledger.OpenAsync("run:r")))[0].GetProperty("messages").EnumerateArray().Select(Shown).ShouldBe(["user: a", "assistant: look 1, look 2"]);
    }

    [Fact]
    public async Task Otlp_FailedCalls_AreSpansWithTheirErrors_AndCallsTakeTheirTime()
    {
        var run = await ImportAsync();
        var spans = await SpansAsync(run);

        var failed = spans.Single(span => span.TryGetProperty("status", out var status) && status.GetProperty("code").GetInt32() == 2);
        failed.GetProperty("name").GetString().ShouldBe("execute_tool weather");
        AttributeOf(failed, "error.type").ShouldBe("TimeoutException");
        AttributeOf(spans.First(span => NameOf(span).StartsWith("chat", StringComparison.Ordinal)), "gen_ai.input.messages").ShouldNotBeNull().ShouldContain("Be brief.");

        // Each request and its answer have their times.
        var events = (await run.ReadAllAsync()).Where(e => e.Type is "llm.request" or "llm.response").ToList();
        var expected = events.Where(e => e.Type == "llm.response").Select(answer => (answer.Metadata.OccurredAt - events[events.IndexOf(answer) - 1].Metadata.OccurredAt)!.Value);
        spans.Where(span => NameOf(span).StartsWith("chat", StringComparison.Ordinal)).Select(DurationOf).Zip(expected)
            .ShouldAllBe(pair => (pair.First - pair.Second).Duration() < TimeSpan.FromMilliseconds(0.1));
        spans.ShouldAllBe(span => !span.GetRawText().Contains("$type", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Otlp_FailedModel_IsASpan_AndTheNextAttemptIsAnother()
    {
        var run = _ledger.GetRun("model");
        var request = Request("""{"role":"user","contents":[{"$type":"text","text":"Warm?"}]}""");
        await run.AppendAsync([request, new CallFailed("llm", "HttpRequestException: 529")]);
        await run.AppendAsync([request, Response("""{"role":"assistant","contents":[{"$type":"text","text":"Yes."}]}""", "Yes.")]);

        var spans = await SpansAsync(run);

        spans.Select(NameOf).ShouldBe(["chat small", "chat small", "invoke_agent agent"]);
        spans.Select(span => span.TryGetProperty("status", out _)).ShouldBe([true, false, false]);
        (await ChatAsync(run)).Single().GetProperty("messages").EnumerateArray().Select(Shown).ShouldBe(["user: Warm?", "assistant: Yes."]);
    }

    [Fact]
    public async Task Exporter_RunOfAnAgent_SendsTheSpansOfItsExport()
    {
        var run = await ImportAsync();
        await run.AppendAsync([new RunCompleted()]);
        using var collector = new Collector();
        using var client = new HttpClient(collector);
        var exporter = new TraceExporter(_ledger, client, new Uri("http://collector:4318/v1/traces"));

        await foreach (var recorded in _ledger.Store.ReadLogAsync())
        {
            await exporter.SendAsync(recorded);
        }

        collector.Spans.Order(StringComparer.Ordinal).ShouldBe((await SpansAsync(run)).Select(span => span.GetRawText()).Order(StringComparer.Ordinal));
        collector.Spans.Count.ShouldBe(9);
    }

    [Fact]
    public async Task Atif_RunOfAnAgent_HasTimesToolsAndResults()
    {
        using var output = new MemoryStream();
        await RecordingExport.WriteAtifAsync(await ImportAsync(), output);
        var trajectory = JsonElement.Parse(output.ToArray());

        trajectory.GetProperty("agent").GetProperty("tool_definitions")[0].GetProperty("function").GetProperty("name").GetString().ShouldBe("weather");
        var steps = trajectory.GetProperty("steps").EnumerateArray().ToList();
        steps.ShouldAllBe(step => step.GetProperty("timestamp").GetString() != null && !step.GetRawText().Contains("functionCall", StringComparison.Ordinal));
        foreach (var step in steps.Where(step => step.TryGetProperty("tool_calls", out _)).Take(2))
        {
            step.GetProperty("observation").GetProperty("results").EnumerateArray().Select(result => result.GetProperty("source_call_id").GetString())
                .ShouldBe(step.GetProperty("tool_calls").EnumerateArray().Select(call => call.GetProperty("tool_call_id").GetString()));
        }
    }

    private async Task<Run> ImportAsync()
    {
        await new EventImporter(_ledger).ImportAsync(EventRecording.Inspect("golden", () => EventFile.Read(File.ReadAllBytes(Golden))));
        return await _ledger.OpenAsync("run:golden");
    }

    // What the API of Chat Completions asks of messages, and of lines for fine-tuning.
    private static void CheckThatAnApiTakes(JsonElement line)
    {
        var open = new List<string>();
        foreach (var message in line.GetProperty("messages").EnumerateArray())
        {
            var role = message.GetProperty("role").GetString();
            message.GetRawText().ShouldNotContain("$type");
            if (role == "tool")
            {
                open.Remove(message.GetProperty("tool_call_id").GetString()!).ShouldBeTrue();
                continue;
            }

            open.ShouldBeEmpty();
            var calls = message.TryGetProperty("tool_calls", out var asked) ? asked.EnumerateArray().Select(call => call.GetProperty("id").GetString()!) : [];
            open.AddRange(calls);
            (open.Count > 0 || message.GetProperty("content").ValueKind != JsonValueKind.Null).ShouldBeTrue();
        }
    }

    private static string Shown(JsonElement message)
    {
        var content = message.GetProperty("content");
        var said = content.ValueKind == JsonValueKind.Array
            ? string.Join(" + ", content.EnumerateArray().Select(part => part.TryGetProperty("text", out var text) ? text.GetString() : part.GetProperty("type").GetString()))
            : content.GetString();
        var calls = message.TryGetProperty("tool_calls", out var asked)
            ? string.Join(", ", asked.EnumerateArray().Select(call => call.GetProperty("function")).Select(function =>
                $"{function.GetProperty("name").GetString()} {JsonElement.Parse(function.GetProperty("arguments").GetString()!).EnumerateObject().First().Value}"))
            : "";
        return $"{message.GetProperty("role").GetString()}: {said}{calls}";
    }

    private static LlmRequest Request(params string[] messages) => new(JsonElement.Parse($"[{string.Join(',', messages)}]"), "small");

    private static LlmResponse Response(string message, string text) => new(text, "small-1") { More = new Dictionary<string, JsonElement> { ["messages"] = JsonElement.Parse($"[{message}]") } };

    private static string NameOf(JsonElement span) => span.GetProperty("name").GetString()!;

    private static TimeSpan DurationOf(JsonElement span) =>
        TimeSpan.FromTicks((long)(ulong.Parse(span.GetProperty("endTimeUnixNano").GetString()!) - ulong.Parse(span.GetProperty("startTimeUnixNano").GetString()!)) / 100);

    private static string? AttributeOf(JsonElement span, string name) => span.GetProperty("attributes").EnumerateArray()
        .Where(attribute => attribute.GetProperty("key").GetString() == name).Select(attribute => attribute.GetProperty("value").GetProperty("stringValue").GetString()).FirstOrDefault();

    private static async Task<List<JsonElement>> ChatAsync(Run run) => [.. (await RecordingExport.ReadChatLinesAsync(run).ToListAsync()).Select(line => JsonElement.Parse(line.Span))];

    private static async Task<List<JsonElement>> SpansAsync(Run run) =>
        [.. (await RecordingExport.ReadOtlpLinesAsync(run).ToListAsync()).SelectMany(line => SpansOf(JsonElement.Parse(line.Span)))];

    private static IEnumerable<JsonElement> SpansOf(JsonElement request) => request.GetProperty("resourceSpans").EnumerateArray()
        .SelectMany(resource => resource.GetProperty("scopeSpans").EnumerateArray())
        .SelectMany(scope => scope.GetProperty("spans").EnumerateArray());

    private sealed class Collector : HttpMessageHandler
    {
        public List<string> Spans { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Spans.AddRange(SpansOf(JsonElement.Parse(await request.Content!.ReadAsByteArrayAsync(cancellationToken))).Select(span => span.GetRawText()));
            return new HttpResponseMessage();
        }
    }
}
