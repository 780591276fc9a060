using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ledger.Events;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Hostile;

/// <summary>Every value of a log is untrusted, and so is every request.</summary>
public sealed partial class HostileTests : IAsyncLifetime
{
    private const string Script = "<script>alert(1)</script>";
    private const string Attribute = "\"><img src=x onerror=alert(2)>";
    private const string Link = "javascript:alert(3)";
    private const string Hostile = Script + Attribute + Link + "'\u202E</title></textarea><svg onload=alert(4)>";
    private const string Markdown = "# " + Hostile + "\n- " + Hostile + "\n**" + Hostile + "** `" + Hostile + "`\n[a](javascript:alert(6)) ![b](http://x/y.png) <javascript:alert(7)>\n```html\n" + Hostile + "\n```\n";
    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = 600 };
    private static readonly string RunName = "run:" + Hostile;

    private ExplorerHost _host = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await ExplorerHost.InMemoryAsync(options => options with { Writing = ExplorerWriting.Allowed });
        _client = _host.CreateClient();
        var run = _host.Ledger.GetRun(Hostile);
        var metadata = new EventMetadata
        {
            Actor = Hostile,
            Source = Hostile,
            ForeignId = Hostile,
            ForeignCauses = [Hostile + "!"],
            Headers = new Dictionary<string, JsonElement> { [Hostile] = JsonSerializer.SerializeToElement(Hostile) },
        };
        await run.AppendAsync(
        [
            new NewEvent(new ObjectCreated(Hostile, Hostile, new JsonObject { [Hostile] = Hostile, ["href"] = Link }), metadata),
            new NewEvent(new ObjectCreated("b" + Hostile, Hostile, new JsonObject { ["nested"] = new JsonArray(Hostile, new JsonObject { [Hostile] = 1 }) })),
            new RelationCreated(Hostile, Hostile, Hostile, "b" + Hostile, new JsonObject { [Hostile] = Hostile }),
            new NewEvent(new UntypedEvent(Hostile, JsonSerializer.SerializeToElement(Hostile)), new EventMetadata { Actor = "x" }),
            new NewEvent(
                new UntypedEvent("llm.request", JsonSerializer.SerializeToElement(new { model = Hostile, messages = new object[] { new { role = Hostile, content = Markdown }, new { role = "user", content = new[] { new { type = Hostile, x = Hostile } } } } })),
                new EventMetadata { CallId = Hostile }),
            new UntypedEvent("llm.response", JsonSerializer.SerializeToElement(new { model = Hostile, error = Hostile, tool_calls = new[] { new { function = new { name = Hostile, arguments = Hostile } } }, text = Markdown })),
            new UntypedEvent("tool.called", JsonSerializer.SerializeToElement(new { tool = Hostile, arguments = new { text = Hostile } })),
            new UntypedEvent("call.failed", JsonSerializer.SerializeToElement(new { kind = Hostile, error = Hostile })),
            new RunFailed(Hostile),
        ]);
        await run.LabelAsync(["\"><svg onload=alert(5)>"]);
        var branch = await run.ForkAsync(new Position(2), new ForkOptions { Id = "b" + Hostile, Name = Hostile });
        await branch.AppendAsync([new ObjectPatched(Hostile, new JsonObject { [Hostile] = "other" + Hostile })]);
    }

    public async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData("/ledger/?kind=all&text={0}")]
    [InlineData("/ledger/?kind=all")]
    [InlineData("/ledger/run?stream={0}")]
    [InlineData("/ledger/run?stream={0}&lanes=actor")]
    [InlineData("/ledger/run/chat?stream={0}")]
    [InlineData("/ledger/run/chat?stream={0}&text=raw")]
    [InlineData("/ledger/run/steps?stream={0}")]
    [InlineData("/ledger/search?text={1}")]
    [InlineData("/ledger/search?tool={1}&where=text={1}")]
    [InlineData("/ledger/search?text=ALERT&status=failed")]
    [InlineData("/ledger/totals?by=model")]
    [InlineData("/ledger/totals?by=label")]
    [InlineData("/ledger/run?stream={0}&type={1}&actor={1}&text={1}")]
    [InlineData("/ledger/run?stream=branch:b{1}")]
    [InlineData("/ledger/event?stream={0}&position=0")]
    [InlineData("/ledger/event?stream={0}&position=1")]
    [InlineData("/ledger/event?stream={0}&position=3")]
    [InlineData("/ledger/event?stream={0}&id={1}")]
    [InlineData("/ledger/branches?stream={0}")]
    [InlineData("/ledger/world?stream={0}")]
    [InlineData("/ledger/world?stream={0}&type={1}&text={1}")]
    [InlineData("/ledger/object?stream={0}&id={1}")]
    [InlineData("/ledger/diff?a={0}&b=branch:b{1}")]
    [InlineData("/ledger/run?stream=run:no{1}")]
    [InlineData("/ledger/run?stream={0}&from={1}")]
    [InlineData("/ledger/{1}")]
    public async Task Page_ValuesOfTheLog_AreTextAlone(string path)
    {
        var address = string.Format(null, path, Uri.EscapeDataString(RunName), Uri.EscapeDataString(Hostile));

        using var answer = await _client.GetAsync(address);

        ((int)answer.StatusCode).ShouldBeLessThan(500);
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldNotContain("<script>alert");
        html.ShouldNotContain("<img");
        html.ShouldNotContain("<svg onload");
        html.ShouldNotContain("\u202E");
        Scripts().Matches(html).Select(m => m.Value).ShouldAllBe(s => s.Contains("/ledger/assets/explorer.") || s.Contains("/ledger/assets/keys.") || s.Contains("/ledger/assets/graph."));
        Handler().Matches(html).Select(m => m.Value).ShouldBeEmpty();
        Address().Matches(html).Select(m => m.Groups["to"].Value).ShouldAllBe(to => to.StartsWith("/ledger/") || to.StartsWith('#'));
    }

    [Theory]
    [InlineData("/ledger/api/v1/streams/{0}/export?format=html")]
    [InlineData("/ledger/api/v1/compare/export?run={0}&run=branch:b{1}&format=html")]
    public async Task File_ValuesOfTheLog_AreTextAlone(string path)
    {
        using var answer = await _client.GetAsync(string.Format(null, path, Uri.EscapeDataString(RunName), Uri.EscapeDataString(Hostile)));
        var html = await answer.Content.ReadAsStringAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.OK, html);
        html.ShouldContain("&lt;script&gt;alert");
        foreach (var markup in new[] { "<script", "<img", "<svg onload", "<a ", " href=", "\u202E" })
        {
            html.ShouldNotContain(markup);
        }

        Handler().Matches(html).Select(m => m.Value).ShouldBeEmpty();
    }

    [Fact]
    public async Task Api_ValuesOfTheLog_AreNotGuessedToBeHtml()
    {
        using var answer = await _client.GetAsync($"/ledger/api/v1/streams/{Uri.EscapeDataString(RunName)}/events");

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
    }

    [Fact]
    public async Task Page_ValueOf10Megabytes_IsCut()
    {
        var large = new string('x', 10 * 1024 * 1024);
        await _host.Ledger.GetRun("large").AppendAsync([new ObjectCreated("o", "T", new JsonObject { ["text"] = large }), new LlmResponse(large), new ToolCalled(large)]);

        foreach (var path in new[] { "run?stream=run:large", "event?stream=run:large&position=0", "world?stream=run:large", "object?stream=run:large&id=o", "diff?a=run:large&at_a=0&b=run:large", "run/chat?stream=run:large", "run/steps?stream=run:large", "search?text=xxx" })
        {
            using var answer = await _client.GetAsync("/ledger/" + path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            answer.Content.Headers.ContentLength!.Value.ShouldBeLessThan(200_000, path);
        }
    }

    [Fact]
    public async Task Page_DeepNesting_IsCut()
    {
        var deep = JsonDocument.Parse(new string('[', 500) + new string(']', 500), new JsonDocumentOptions { MaxDepth = 600 }).RootElement;
        await _host.Ledger.GetRun("deep").AppendAsync(
            [new UntypedEvent("deep", deep), new UntypedEvent("llm.request", JsonSerializer.SerializeToElement(new { messages = deep }, Deep)), new UntypedEvent("object.created", JsonSerializer.SerializeToElement(new { id = "o", type = "T", data = new { deep = 1 } }))]);

        foreach (var path in new[] { "run?stream=run:deep", "event?stream=run:deep&position=0", "world?stream=run:deep", "object?stream=run:deep&id=o", "run/chat?stream=run:deep", "run/steps?stream=run:deep" })
        {
            using var answer = await _client.GetAsync("/ledger/" + path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        }

        (await _client.GetStringAsync("/ledger/event?stream=run:deep&position=0")).ShouldContain("nested deeper than 24 levels");
    }

    [Theory]
    [InlineData("/ledger/assets/../explorer.css")]
    [InlineData("/ledger/assets/..%2F..%2F..%2Fetc%2Fpasswd")]
    [InlineData("/ledger/assets/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/ledger/assets/explorer.css")]
    [InlineData("/ledger/..%5c..%5cwindows")]
    [InlineData("/ledger/api/v1/streams/..%2F..%2Fetc")]
    [InlineData("/ledger/api/v1/streams/run:x/../../../etc")]
    [InlineData("/ledger/api/v1/streams/run:x%0Ay")]
    [InlineData("/ledger/api/v1/nothing")]
    [InlineData("/ledger/api/v2/runs")]
    [InlineData("/ledger/api/v1/runs?limit=0")]
    [InlineData("/ledger/api/v1/runs?limit=99999999999999999999")]
    [InlineData("/ledger/api/v1/runs?skip=-1")]
    [InlineData("/ledger/api/v1/runs?state=gone")]
    [InlineData("/ledger/api/v1/runs?text=a&text=b")]
    [InlineData("/ledger/api/v1/diff?a=run:x")]
    [InlineData("/ledger/api/v1/streams/run:%F0%9F/events")]
    [InlineData("/ledger/run?stream=%00")]
    [InlineData("/ledger/run?stream=%ff%fe")]
    [InlineData("/ledger/world?stream=run:x&at=9223372036854775808")]
    [InlineData("/ledger/live?stream=run:nobody")]
    public async Task Request_Malformed_IsAClear4xx(string path)
    {
        using var answer = await _client.GetAsync(path);

        ((int)answer.StatusCode).ShouldBeInRange(400, 499, await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/ledger/run?stream=")]
    [InlineData("/ledger/?text=")]
    [InlineData("/ledger/api/v1/runs?text=")]
    [InlineData("/ledger/api/v1/streams/")]
    public async Task Query_Oversized_IsAClear4xx(string path)
    {
        using var answer = await _client.GetAsync(path + new string('a', 100_000));

        ((int)answer.StatusCode).ShouldBeInRange(400, 499);
    }

    [Fact]
    public async Task Body_NotUtf8OrTooDeep_IsAClear4xx()
    {
        foreach (var body in new[] { [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], Encoding.UTF8.GetBytes(new string('[', 5_000)), "{\"events\":[{\"type\":\"a\",\"data\":{\"a\":\"\\u0000\"}}]}"u8.ToArray() })
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/json");
            using var answer = await _client.PostAsync("/ledger/api/v1/streams/run:new/events", content);
            ((int)answer.StatusCode).ShouldBeInRange(400, 499);
        }
    }

    [GeneratedRegex("<script[^>]*>")]
    private static partial Regex Scripts();

    [GeneratedRegex("""<[^>"]*(?:"[^"]*"[^>"]*)*\son[a-z]+=""")]
    private static partial Regex Handler();

    [GeneratedRegex("""\s(?:href|src|action)="(?<to>[^"]*)" """)]
    private static partial Regex Address();
}
