using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests.OpenTelemetry;

/// <summary>Spans that come in parts, late, repeated and in any order.</summary>
public sealed class SpanTests
{
    [Fact]
    public void Read_SpansInAnyOrder_TheSameRun()
    {
        var expected = Recording.Read(SampleFile.Bytes("otlp.json")).Recordings.Single().Lines();
        var spans = Spans();
        var random = new Random(7);
        for (var i = 0; i < 20; i++)
        {
            random.Shuffle(spans);

            Recording.Read(Lines([.. spans, spans[0]])).Recordings.Single().Lines().ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Import_SpansOneByOne_EveryEventOnceWithItsCauses()
    {
        var whole = (await Recording.Read(SampleFile.Bytes("otlp.json")).ImportAsync()).Ledger;
        var growing = new AgentLedger(new MemoryEventStore());
        var spans = Spans();
        for (var count = 1; count <= spans.Length; count++)
        {
            await Recording.Read(Lines(spans[..count]), RecordingFormat.Otlp).ImportAsync(growing);
        }

        // What came late stands at the end: the log is only appended to.
        (await TextsAsync(growing)).Order().ShouldBe((await TextsAsync(whole)).Order());
        (await Recording.Read(Lines(spans)).ImportAsync(growing)).Single().WrittenEvents.ShouldBe(0);
    }

    [Fact]
    public async Task Import_CallWhoseSpanComesAfterItsResult_IsOneCall()
    {
        var spans = Spans();
        var tool = spans.Single(s => s.Contains("\"execute_tool kettle\"", StringComparison.Ordinal));
        var (ledger, _) = await Recording.Read(Lines([.. spans.Where(s => s != tool)]), RecordingFormat.Otlp).ImportAsync();

        var late = (await Recording.Read(Lines(spans), RecordingFormat.Otlp).ImportAsync(ledger)).Single();

        (await (await ledger.OpenAsync("run:r")).ReadAllAsync()).Count(e => e.Type == "tool.called").ShouldBe(2);
        late.Note.ShouldBe("2 of the events are in the run with other content, which was kept.");
    }

    [Fact]
    public void Read_ConversationAcrossTraces_IsOneRun()
    {
        var read = Recording.Read(
            Line("""{"traceId":"aa","spanId":"1","name":"chat","startTimeUnixNano":"2000000000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.conversation.id","value":{"stringValue":"c"}}]}""")
            + Line("""{"traceId":"bb","spanId":"1","name":"chat","startTimeUnixNano":"1000000000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.conversation.id","value":{"stringValue":"c"}}]}""")
            + Line("""{"traceId":"cc","spanId":"1","name":"work"}"""));

        read.Recordings.Select(r => (r.Id, r.EventCount)).ShouldBe([("r", 5), ("r-cc", 2)]);
    }

    [Fact]
    public void Read_SpansThatAreTheirOwnParents_AreRead()
    {
        var read = Recording.Read(
            Line("""{"traceId":"aa","spanId":"1","parentSpanId":"2","name":"a"}""") + Line("""{"traceId":"aa","spanId":"2","parentSpanId":"1","name":"b"}""")
            + Line("""{"traceId":"aa","spanId":"3","parentSpanId":"3","name":"c"}"""));

        read.Recordings.Single().EventCount.ShouldBe(4);
    }

    [Fact]
    public async Task Export_RunOfLedger_HasRequestsWithAllMessages()
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        var run = await ledger.StartRunAsync("own");
        await run.AppendAsync([new LlmRequest(System.Text.Json.JsonElement.Parse("""[{"role":"user","content":"a"}]"""), "m"), new LlmResponse("b", "m", 0.5m)]);
        await run.AppendAsync([new LlmRequest(System.Text.Json.JsonElement.Parse("""[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]"""), "m"), new LlmResponse("d", "m")]);
        using var output = new MemoryStream();
        await foreach (var line in RecordingExport.ReadOtlpLinesAsync(run))
        {
            output.Write(line.Span);
        }

        var read = Recording.Read(output.ToArray());

        read.Totals.ShouldBe(new RecordingTotals(1, 0, 7, 2, 0, 0, 0, 0.5m));
        read.Recordings.Single().Lines().ShouldContain("""{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}],"model":"m" """.Trim());
    }

    private static string[] Spans() =>
        [.. JsonNode.Parse(SampleFile.Bytes("otlp.json"))!["resourceSpans"]![0]!["scopeSpans"]![0]!["spans"]!.AsArray().Select(span => span!.ToJsonString())];

    private static string Lines(string[] spans)
    {
        var text = new StringBuilder();
        foreach (var span in spans)
        {
            var file = JsonNode.Parse(SampleFile.Bytes("otlp.json"))!;
            file["resourceSpans"]![0]!["scopeSpans"]![0]!["spans"] = new JsonArray(JsonNode.Parse(span));
            text.Append(file.ToJsonString()).Append('\n');
        }

        return text.ToString();
    }

    private static string Line(string span) => $$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{span}}]}]}]}""" + "\n";

    private static async Task<List<string>> TextsAsync(AgentLedger ledger) =>
        [.. (await (await ledger.OpenAsync("run:r")).ReadAllAsync()).Select(e => $"{e.Metadata.ForeignId} {e.Type} {e.ToJsonElement().GetRawText()}")];
}
