using System.Text.Json;
using Ledger.Runs;
using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests;

/// <summary>What of a request is recorded and tells it apart from others, and what must not be in the log.</summary>
public sealed class RequestKeyTests
{
    private const string Secret = "S3cr3t";

    private readonly AgentLedger _ledger = new(new MemoryEventStore());

    [Fact]
    public async Task Credentials_OfAHostedTool_AreNotRecorded_AndANewOneAsksNothingAnew()
    {
        var model = ScriptedModel.Counting();
        var run = _ledger.GetRun("a");
        foreach (var token in new[] { Secret, $"{Secret}2" })
        {
            await AskAsync(model, run, Mcp($"https://user:{token}@mcp.test/api?tenant=a&api_key={token}&sig={token}", ("Authorization", $"Bearer {token}"), ("X-Tenant", token)));
        }

        model.Calls.ShouldBe(1);
        var request = (await run.ReadAllAsync())[0].ToJsonElement();
        request.GetRawText().ShouldNotContain(Secret);
        var tool = request.GetProperty("tools")[0];
        tool.GetProperty("headers").GetRawText().ShouldBe("""["Authorization","X-Tenant"]""");
        tool.GetProperty("serverAddress").GetString().ShouldBe("https://mcp.test/api?tenant=a&api_key=&sig=");

        // The model still gets them, and what is no credential tells requests apart.
        await AskAsync(model, run, Mcp("https://mcp.test/api?tenant=b&api_key=1", ("Authorization", "1"), ("X-Tenant", "1")));
        await AskAsync(model, run, Mcp("https://mcp.test/api?tenant=b&api_key=1", ("Authorization", "1")));
        model.Calls.ShouldBe(3);
    }

    [Fact]
    public async Task Credentials_AmongAdditionalProperties_AreNotRecorded()
    {
        var model = ScriptedModel.Counting();
        var run = _ledger.GetRun("b");
        var nested = new Dictionary<string, object?> { ["password"] = Secret, ["connector"] = "mail", ["max_tokens"] = 7 };
        var tool = Mcp("https://mcp.test/");
        foreach (var (name, value) in new (string, object?)[] { ("authorization_token", Secret), ("nested", nested), ("http_headers", new Dictionary<string, object?> { ["Cookie"] = Secret }) })
        {
            ((IDictionary<string, object?>)tool.AdditionalProperties)[name] = value;
        }

        var options = new ChatOptions { Tools = [tool], AdditionalProperties = new() { ["apiKey"] = Secret, ["nested"] = nested, ["effort"] = "high" } };
        await model.AsBuilder().UseLedger(run).Build().GetResponseAsync("?", options);

        var request = (await run.ReadAllAsync())[0].ToJsonElement();
        request.GetRawText().ShouldNotContain(Secret);
        JsonElement.DeepEquals(request.GetProperty("additionalProperties"), JsonElement.Parse(
            """{"apiKey":"<not recorded>","nested":{"password":"<not recorded>","connector":"mail","max_tokens":7},"effort":"high"}""")).ShouldBeTrue(request.GetRawText());
        options.AdditionalProperties!["apiKey"].ShouldBe(Secret);
    }

    [Fact]
    public async Task Prompts_ThatDifferInWhatHasNoJson_AreAskedEach()
    {
        var model = ScriptedModel.Counting();
        AIContent[] odd = [new OddContent("a"), new OddContent("b"), new FunctionResultContent("1", typeof(string)), new AIContent { RawRepresentation = "of the provider" }];
        foreach (var content in odd)
        {
            await AskAsync(model, _ledger.GetRun("c"), null, content);
        }

        model.Calls.ShouldBe(4);

        // A conversation with it goes on, and is recorded; it is not answered from the log.
        await AskAsync(model, _ledger.GetRun("c"), null, odd[0]);
        model.Calls.ShouldBe(5);
        (await _ledger.GetRun("c").ReadAllAsync()).Count(e => e.Type == "llm.response").ShouldBe(5);
    }

    [Fact]
    public async Task Arguments_WithoutJson_OfAFunctionThatIsAnsweredOnce_AreCalledEach()
    {
        var lengths = new LengthFunction().UseLedger(_ledger.GetRun("d"), new CallOptions { Reuse = CallReuse.Once });
        var results = new List<string?>();
        foreach (var length in new[] { 1, 2 })
        {
            results.Add((await lengths.InvokeAsync(new AIFunctionArguments { ["text"] = new MemoryStream(new byte[length]) }))?.ToString());
        }

        results.ShouldBe(["1", "2"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Provider_OfTheClient_IsRecorded_AndPricesAreAskedForIt(bool isStreaming)
    {
        var asked = new List<CallCost>();
        var ledger = new AgentLedger(new MemoryEventStore(), new AgentLedgerOptions
        {
            Price = cost =>
            {
                asked.Add(cost);
                return cost.Provider == "made-up" ? 0.25m : null;
            },
        });
        var run = ledger.GetRun("e");
        var client = new OfAProvider(ScriptedModel.Counting()).AsBuilder().UseLedger(run).Build();
        var text = isStreaming ? (await client.GetStreamingResponseAsync("?").ToChatResponseAsync()).Text : (await client.GetResponseAsync("?")).Text;

        text.Trim().ShouldBe("answer 1");
        asked.ShouldHaveSingleItem().ShouldSatisfyAllConditions(c => (c.Model, c.InputTokens, c.CachedTokens).ShouldBe(("scripted-1", 10, 4)), c => c.Provider.ShouldBe("made-up"));
        (await run.GetModelUsageAsync()).Whole.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            u => (u.Kind, u.Model, u.Provider).ShouldBe(("llm", "scripted-1", "made-up")), u => (u.CostUsd, u.InputTokens, u.CachedTokens).ShouldBe((0.25m, 10, 4)));
    }

    private sealed class OfAProvider(IChatClient inner) : DelegatingChatClient(inner)
    {
        public override object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("made-up") : base.GetService(serviceType, serviceKey);
    }

    private static HostedMcpServerTool Mcp(string address, params (string Name, string Value)[] headers)
    {
        var tool = new HostedMcpServerTool("mail", address, new Dictionary<string, object?>());
        foreach (var (name, value) in headers)
        {
            (tool.Headers ??= new Dictionary<string, string>()).Add(name, value);
        }

        return tool;
    }

    private static Task<ChatResponse> AskAsync(ScriptedModel model, Run run, AITool? tool, params AIContent[] contents) => model.AsBuilder().UseLedger(run).Build().GetResponseAsync(
        [new ChatMessage(ChatRole.User, [new TextContent("?"), .. contents])], tool is null ? null : new ChatOptions { Tools = [tool] });

    private sealed class LengthFunction : AIFunction
    {
        public override string Name => "length";

        protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken) => new(((Stream)arguments["text"]!).Length);
    }

    private sealed class OddContent(string text) : AIContent
    {
        public override string ToString() => text;
    }
}
