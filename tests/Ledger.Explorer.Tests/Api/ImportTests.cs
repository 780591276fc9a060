using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Ledger.Conformance.Conventions;
using Microsoft.Extensions.AI;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <summary>Files and spans that are sent to the API.</summary>
public sealed class ImportTests : IAsyncLifetime
{
    private const string Imports = "/ledger/api/v1/imports";
    private const string Traces = "/ledger/api/v1/otlp/v1/traces";

    private ExplorerHost _host = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await ExplorerHost.InMemoryAsync(options => options with { Writing = ExplorerWriting.Allowed, MaxUploadBytes = 100_000 });
        _client = _host.CreateClient();
    }

    public async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        _client.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Import_Session_RunsAndBranchesOnce()
    {
        var file = Sample("claude-code.jsonl");

        var (planned, plan) = await SendAsync($"{Imports}?id=s&dry_run=on", file);
        var (first, written) = await SendAsync($"{Imports}?id=s", file);
        var (second, again) = await SendAsync($"{Imports}?id=s&format=claude-code", file);

        (planned, first, second).ShouldBe((HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.OK));
        Written(plan).ShouldBe([("run:s", 0), ("branch:s-subagent-1", 0), ("branch:s-branch-2", 0)]);
        Written(written).ShouldBe([("run:s", 12), ("branch:s-subagent-1", 3), ("branch:s-branch-2", 2)]);
        Written(again).ShouldBe([("run:s", 0), ("branch:s-subagent-1", 0), ("branch:s-branch-2", 0)]);
        written.GetProperty("found")[0].GetProperty("format").GetString().ShouldBe("claude-code");
        written.GetProperty("recordings")[0].GetProperty("extra").GetProperty("newMember").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Import_EventFile_ThenItsExport_TheSame()
    {
        await SendAsync($"{Imports}?id=e", Encoding.UTF8.GetBytes("{\"id\":\"a\",\"type\":\"t\",\"data\":{}}\n{\"id\":\"b\",\"type\":\"t\",\"cause\":[\"a\"],\"data\":{\"x\":1}}\n"));
        var exported = await _client.GetByteArrayAsync("/ledger/api/v1/streams/run:e/export");

        var (status, copy) = await SendAsync($"{Imports}?id=copy", Zipped(exported), encoding: "gzip");

        status.ShouldBe(HttpStatusCode.Created);
        Written(copy).ShouldBe([("run:copy", 2)]);
        (await _client.GetByteArrayAsync("/ledger/api/v1/streams/run:copy/export")).ShouldBe(exported);
    }

    [Theory]
    [InlineData("?id=x", "{\"a\": 1}", null, 400, "Line 1, column 1: the entry is of no known format. It resembles no format. Known are otlp, atif,")]
    [InlineData("", "{}", null, 400, "'id' is missing: the id of the run that the file becomes.")]
    [InlineData("?id=x", "not gzip", "gzip", 400, "The body is not valid gzip: ")]
    [InlineData("?id=x", "x", "br", 415, "The content encoding must be gzip, or there must be none, but it was 'br'.")]
    public async Task Import_WhatIsNoRecording_IsRefusedInASentence(string query, string body, string? encoding, int status, string detail)
    {
        var (answered, problem) = await SendAsync(Imports + query, Encoding.UTF8.GetBytes(body), encoding: encoding);

        ((int)answered).ShouldBe(status);
        problem.GetProperty("detail").GetString().ShouldStartWith(detail);
    }

    [Fact]
    public async Task Import_MoreThanIsTaken_IsRefusedAlsoWhenCompressed()
    {
        var large = new byte[100_001];

        var (plain, problem) = await SendAsync($"{Imports}?id=x", large);
        var (zipped, _) = await SendAsync($"{Imports}?id=x", Zipped(large), encoding: "gzip");

        (plain, zipped).ShouldBe((HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.RequestEntityTooLarge));
        problem.GetProperty("detail").GetString().ShouldBe("The file has more than 100,000 bytes, the most that is taken. Nothing was written.");
    }

    [Fact]
    public async Task Import_OtherEventsUnderTheSameId_IsAConflict()
    {
        await SendAsync($"{Imports}?id=c", """[{"role":"user","content":"x"}]"""u8.ToArray());

        var (status, problem) = await SendAsync($"{Imports}?id=c", """[{"role":"user","content":"y"}]"""u8.ToArray());

        status.ShouldBe(HttpStatusCode.Conflict);
        problem.GetProperty("detail").GetString()!.ShouldContain("'run:c' has another event at position 0.");
    }

    [Fact]
    public async Task Traces_Json_RunOfTheConversation()
    {
        var (status, answer) = await SendAsync(Traces, Sample("otlp.json"), "application/json");
        await SendAsync(Traces, Sample("otlp.json"), "application/json");

        (status, answer.GetRawText()).ShouldBe((HttpStatusCode.OK, "{}"));
        (await (await _host.Ledger.OpenAsync("run:kitchen-7")).ReadAllAsync()).Count(e => e.Type is not ("otel.trace" or "otel.span")).ShouldBe(18);
    }

    [Theory]
    [InlineData("Application/JSON; charset=utf-8", "GZip")]
    [InlineData("APPLICATION/json", null)]
    public async Task Traces_TypeInCapitalsOrWithParameters_IsTaken(string type, string? encoding)
    {
        var spans = Sample("otlp.json");

        var (status, answer) = await SendAsync(Traces, encoding is null ? spans : Zipped(spans), type, encoding);

        (status, answer.GetRawText()).ShouldBe((HttpStatusCode.OK, "{}"));
        (await _host.Ledger.FindAsync(new StreamName("run:kitchen-7"))).ShouldNotBeNull();
    }

    [Fact]
    public async Task Traces_WithAnArchivedRunAndWithoutAgents_TheRestIsTakenAndTheAnswerSaysSo()
    {
        await SendAsync(Traces, Spans(Span("a", "c")), "application/json");
        await _host.Ledger.Store.ArchiveAsync(new StreamName("run:c"));

        var (status, answer) = await SendAsync(Traces, Spans(Span("b", "c"), Span("d", "e"), """{"traceId":"f","spanId":"1","name":"GET"}"""), "application/json");

        status.ShouldBe(HttpStatusCode.OK);
        answer.GetProperty("partialSuccess").GetProperty("rejectedSpans").GetString().ShouldBe("1");
        answer.GetProperty("partialSuccess").GetProperty("errorMessage").GetString().ShouldBe(
            "Stream 'run:c' is archived and takes no further events. Nothing was written; fork it to continue from its history. "
            + "Left out, because no span of their traces is of the GenAI conventions: 1.");
        (await _host.Ledger.FindAsync(new StreamName("run:e"))).ShouldNotBeNull();
        (await _host.Ledger.FindAsync(new StreamName("run:f"))).ShouldBeNull();
    }

    [Fact]
    public async Task Traces_ThatGrowWhenDecompressed_AreRefused()
    {
        await using var host = await ExplorerHost.InMemoryAsync(options => options with { Writing = ExplorerWriting.Allowed });
        using var client = host.CreateClient();
        using var content = new ByteArrayContent(Zipped(new byte[(32 << 20) + 1]));
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add("gzip");

        using var answer = await client.PostAsync(Traces, content);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Import_WithAKey_OfMoreThanTheServerTakesElsewhere_IsTaken()
    {
        // The limit of a real server.
        await using var host = await ExplorerHost.StartAsync(
            new MemoryEventStore(),
            options => options with { Writing = ExplorerWriting.Allowed },
            builder => Microsoft.AspNetCore.Hosting.WebHostBuilderKestrelExtensions.ConfigureKestrel(builder.WebHost, server => server.Limits.MaxRequestBodySize = 1_000),
            listens: true);
        using var client = new HttpClient();
        using var content = new ByteArrayContent(Sample("claude-code.jsonl"));
        content.Headers.ContentType = new("application/octet-stream");
        content.Headers.Add("Idempotency-Key", "k");

        using var request = new HttpRequestMessage(HttpMethod.Post, $"{host.Address}{Imports}?id=s") { Content = content };
        using var answer = await client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Import_WhileOthersFillTheRoom_IsRefusedAndItsFilesAreForTheOwner()
    {
        var bodies = Enumerable.Range(0, 5).Select(_ => new PendingBody("application/octet-stream")).ToList();
        var running = bodies.ConvertAll(PostAsync);

        // One ends before its body does.
        (await await Task.WhenAny(running)).ShouldBe(HttpStatusCode.ServiceUnavailable);
        if (!OperatingSystem.IsWindows())
        {
            Directory.GetFiles(Path.GetTempPath(), $"ledger-upload-{Environment.ProcessId}-*").Select(File.GetUnixFileMode)
                .ShouldAllBe(mode => mode == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        bodies.ForEach(body => body.End());
        (await Task.WhenAll(running)).Count(answered => answered == HttpStatusCode.ServiceUnavailable).ShouldBe(1);
        (await SendAsync($"{Imports}?id=x", """[{"role":"user","content":"x"}]"""u8.ToArray())).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Traces_OfTheRealSdk_ChatWithATool()
    {
        // The exporter sends synchronously, which only a real server takes.
        await using var host = await ExplorerHost.StartAsync(new MemoryEventStore(), options => options with { Writing = ExplorerWriting.Allowed }, listens: true);
        using var provider = Sdk.CreateTracerProviderBuilder()
            .AddSource("kitchen")
            .AddOtlpExporter(options =>
            {
                options.Endpoint = new Uri(host.Address + Traces);
                options.Protocol = OtlpExportProtocol.HttpProtobuf;
                options.ExportProcessorType = ExportProcessorType.Simple;
            })
            .Build();
        using var model = new KettleModel();
        using var client = new ChatClientBuilder(model)
            .UseFunctionInvocation()
            .UseOpenTelemetry(sourceName: "kitchen", configure: c => c.EnableSensitiveData = true)
            .Build();
        using (var source = new ActivitySource("kitchen"))
        using (source.StartActivity("work"))
        {
            var options = new ChatOptions { ConversationId = "real", Tools = [AIFunctionFactory.Create(() => "It boils already.", "kettle")] };
            await client.GetResponseAsync("Boil water, please.", options);
        }

        provider.ForceFlush();

        var events = await (await host.Ledger.OpenAsync("run:real")).ReadAllAsync();
        var types = events.Select(e => e.Type).ToList();
        types.ShouldContain("tool.called");
        types.ShouldContain("llm.response");
        var texts = string.Join('\n', events.Select(e => Encoding.UTF8.GetString(e.Json.Span)));
        texts.ShouldContain("Boil water, please.");
        texts.ShouldContain("It boils already.");
        texts.ShouldContain("The tea is ready.");
    }

    private static byte[] Sample(string name) => File.ReadAllBytes(Path.Combine(SourceTree.Root, "tests", "Ledger.Interop.Tests", "Samples", name));

    private static string Span(string trace, string conversation) =>
        $$$"""{"traceId":"{{{trace}}}","spanId":"1","name":"chat","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.conversation.id","value":{"stringValue":"{{{conversation}}}"}}]}""";

    private static byte[] Spans(params string[] spans) => Encoding.UTF8.GetBytes($$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{string.Join(',', spans)}}]}]}]}""");

    private static byte[] Zipped(byte[] content)
    {
        using var zipped = new MemoryStream();
        using (var stream = new GZipStream(zipped, CompressionLevel.Fastest))
        {
            stream.Write(content);
        }

        return zipped.ToArray();
    }

    private static List<(string Stream, long Written)> Written(JsonElement answer) =>
        [.. answer.GetProperty("recordings").EnumerateArray().Select(r => (r.GetProperty("stream").GetString()!, r.GetProperty("written_count").GetInt64()))];

    private async Task<(HttpStatusCode Status, JsonElement Answer)> SendAsync(string address, byte[] body, string type = "application/octet-stream", string? encoding = null)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        using var answer = await _client.PostAsync(address, content);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private async Task<HttpStatusCode> PostAsync(HttpContent content)
    {
        using (content)
        {
            using var answer = await _client.PostAsync($"{Imports}?id=y&dry_run=on", content);
            return answer.StatusCode;
        }
    }

    private sealed class KettleModel : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            var isDone = messages.Any(m => m.Role == ChatRole.Tool);
            ChatMessage answer = isDone ? new(ChatRole.Assistant, "The tea is ready.") : new(ChatRole.Assistant, [new FunctionCallContent("call_1", "kettle", new Dictionary<string, object?>())]);
            return Task.FromResult(new ChatResponse(answer) { ModelId = "m", Usage = new UsageDetails { InputTokenCount = 5, OutputTokenCount = 2 }, ConversationId = "real" });
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
