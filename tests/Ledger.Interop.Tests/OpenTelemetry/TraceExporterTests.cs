using System.Net;
using System.Text;
using System.Text.Json;
using Ledger.Projections;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests.OpenTelemetry;

/// <summary>Spans that are sent while a run goes on.</summary>
public sealed class TraceExporterTests
{
    private readonly AgentLedger _ledger = new(new MemoryEventStore());

    [Theory]
    [InlineData("one process")]
    [InlineData("a new process for each event")]
    [InlineData("each request fails once")]
    public async Task Send_EventsOfTwoRuns_AreTheSpansOfTheirExport(string how)
    {
        var runs = new[] { _ledger.GetRun("kettle"), _ledger.GetRun("oven") };
        foreach (var part in Parts())
        {
            foreach (var run in runs)
            {
                await run.AppendAsync([part]);
            }
        }

        var collector = new Collector { FailsFirst = how == "each request fails once" };
        using var client = new HttpClient(collector);
        var exporter = Create(client);
        await foreach (var recorded in _ledger.Store.ReadLogAsync())
        {
            exporter = how == "a new process for each event" ? Create(client) : exporter;
            try
            {
                await exporter.SendAsync(recorded);
            }
            catch (HttpRequestException refused)
            {
                refused.Message.ShouldBe("The collector http://collector:4318/v1/traces answered 503 ServiceUnavailable.");
                await exporter.SendAsync(recorded);
            }
        }

        var exported = new List<string>();
        foreach (var run in runs)
        {
            await foreach (var line in RecordingExport.ReadOtlpLinesAsync(run))
            {
                exported.AddRange(SpansOf(JsonElement.Parse(line.Span)));
            }
        }

        collector.Spans.Order(StringComparer.Ordinal).ShouldBe(exported.Order(StringComparer.Ordinal));
        exported.Count.ShouldBe(2 * 4);
    }

    [Fact]
    public async Task Send_AnswerThatSaysWhyItEnded_IsSentAtOnce()
    {
        var collector = new Collector();
        using var client = new HttpClient(collector);
        var exporter = Create(client);
        var run = _ledger.GetRun("kettle");
        await run.AppendAsync([Request("warm?"), new LlmResponse("yes", "small") { More = More("finish_reason", "\"stop\"") }]);
        await run.AppendAsync([Request("hot?"), new LlmResponse("no", "small")]);

        await foreach (var recorded in _ledger.Store.ReadLogAsync())
        {
            await exporter.SendAsync(recorded);
        }

        collector.Spans.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Send_RunsThatCameAsSpans_AreNotSentBack()
    {
        using var importer = new TraceImporter(_ledger);
        using var source = RecordingSource.OfBytes("spans", Encoding.UTF8.GetBytes("""
            {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"t","spanId":"s","name":"chat","startTimeUnixNano":"1000","endTimeUnixNano":"2000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}}]}]}]}]}
            """.Trim()));
        (await importer.ImportAsync(source)).Runs.Count.ShouldBe(1);
        var collector = new Collector();
        using var client = new HttpClient(collector);
        var exporter = Create(client);

        await foreach (var recorded in _ledger.Store.ReadLogAsync())
        {
            await exporter.SendAsync(recorded);
        }

        collector.Spans.ShouldBeEmpty();
        Should.Throw<ArgumentException>(() => new TraceExporter(_ledger, client, new Uri("ftp://collector")))
            .Message.ShouldStartWith("The address of a collector must begin with http:// or https://, but was 'ftp://collector/'.");
    }

    [Fact]
    public void Subscription_TakesTheTypesOfCalls()
    {
        var (ledger, client) = (_ledger, new HttpClient());

        // sample: traces
        var exporter = new TraceExporter(ledger, client, new Uri("http://collector:4318/v1/traces"));
        var subscription = new Subscription("traces", exporter.SendAsync) { Filter = new EventFilter { Types = TraceExporter.EventTypes } };
        // end of sample

        subscription.Filter.Types.ShouldContain("tool.returned");
        client.Dispose();
    }

    [Theory]
    [InlineData(HttpStatusCode.RequestEntityTooLarge, "", 2)]
    [InlineData(HttpStatusCode.BadRequest, "", 2)]
    [InlineData(HttpStatusCode.OK, """{"partialSuccess":{"rejectedSpans":"1","errorMessage":"full"}}""", 2)]
    [InlineData(HttpStatusCode.OK, "{}", 0)]
    public async Task Send_WhatIsRefusedForGood_IsCounted_AndTheExportGoesOn(HttpStatusCode status, string body, long rejected)
    {
        var collector = new Collector { Status = status, Body = body };
        using var client = new HttpClient(collector);
        var exporter = Create(client);
        await _ledger.GetRun("kettle").AppendAsync([Request("warm?"), new LlmResponse("yes", "small") { More = More("finish_reason", "\"stop\"") }, new RunCompleted()]);

        await foreach (var recorded in _ledger.Store.ReadLogAsync())
        {
            await exporter.SendAsync(recorded);
        }

        (collector.Spans.Count, exporter.RejectedSpans).ShouldBe((2, rejected));
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    public async Task Send_WhatMayChange_IsThrown(HttpStatusCode status)
    {
        using var client = new HttpClient(new Collector { Status = status });
        var exporter = Create(client);
        await _ledger.GetRun("kettle").AppendAsync([new LlmResponse("yes", "small") { More = More("finish_reason", "\"stop\"") }]);

        await Should.ThrowAsync<HttpRequestException>(async () => await exporter.SendAsync(await _ledger.Store.ReadLogAsync().FirstAsync()));
    }

    [Fact]
    public async Task Send_AnswerThatEndsForCalls_WaitsForThem_AndALongConversationIsCut()
    {
        var collector = new Collector();
        using var client = new HttpClient(collector);
        var exporter = Create(client);
        var run = _ledger.GetRun("kettle");
        await run.AppendAsync([Request(new string('x', 700_000)), new LlmResponse("I look.", "small") { More = More("finish_reason", "\"tool_calls\"") }]);
        await run.AppendAsync([new ToolCalled("look") { More = More("tool_call_id", "\"c1\"") }]);
        await run.AppendAsync([new ToolReturned("c1", JsonElement.Parse($"\"{new string('y', 700_000)}\"")) { More = More("tool_call_id", "\"c1\"") }]);
        await run.AppendAsync([new LlmResponse("Hot.", "small") { More = More("finish_reason", "\"stop\"") }]);

        await foreach (var recorded in _ledger.Store.ReadLogAsync())
        {
            await exporter.SendAsync(recorded);
        }

        collector.Spans.Count.ShouldBe(3);
        collector.Spans[0].ShouldContain("look");
        collector.Spans[2].Length.ShouldBeLessThan(1 << 20);
        collector.Spans[2].ShouldContain("ledger.messages_left_out");
    }

    private TraceExporter Create(HttpClient client) => new(_ledger, client, new Uri("http://collector:4318/v1/traces"));

    private static object[] Parts() =>
    [
        Request("How warm is the kettle?"),
        new LlmResponse("I look.", "small"),
        new ToolCalled("look", JsonElement.Parse("{}")) { More = More("tool_call_id", "\"c1\"") },
        new ObjectCreated("kettle", "Thing"),
        new ToolReturned("c1", JsonElement.Parse("93")) { More = More("tool_call_id", "\"c1\"") },
        new LlmRequest(JsonElement.Parse("""[{"role":"user","content":"How warm is the kettle?"},{"role":"assistant","content":"I look."},{"role":"tool","tool_call_id":"c1","content":"93"},{"role":"user","content":"And?"}]"""), "small"),
        new LlmResponse("Hot.", "small"),
        new RunCompleted(),
    ];

    private static LlmRequest Request(string text) => new(JsonElement.Parse($$"""[{"role":"user","content":"{{text}}"}]"""), "small");

    private static Dictionary<string, JsonElement> More(string name, string json) => new() { [name] = JsonElement.Parse(json) };

    private static IEnumerable<string> SpansOf(JsonElement request) => request.GetProperty("resourceSpans").EnumerateArray()
        .SelectMany(resource => resource.GetProperty("scopeSpans").EnumerateArray())
        .SelectMany(scope => scope.GetProperty("spans").EnumerateArray())
        .Select(span => span.GetRawText());

    private sealed class Collector : HttpMessageHandler
    {
        private bool _hasFailed;

        public bool FailsFirst { get; init; }

        public HttpStatusCode Status { get; init; } = HttpStatusCode.OK;

        public string Body { get; init; } = "";

        public List<string> Spans { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _hasFailed = FailsFirst && !_hasFailed;
            if (_hasFailed)
            {
                return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
            }

            request.Content!.Headers.ContentType!.MediaType.ShouldBe("application/json");
            Spans.AddRange(SpansOf(JsonElement.Parse(await request.Content.ReadAsByteArrayAsync(cancellationToken))));
            return new HttpResponseMessage(Status) { Content = new StringContent(Body) };
        }
    }
}
