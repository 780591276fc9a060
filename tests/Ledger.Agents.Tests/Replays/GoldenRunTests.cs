using System.Text;
using System.Text.Json;
using Ledger.Conformance.Conventions;
using Ledger.Files;
using Ledger.Runs;
using Ledger.Testing.Replays;
using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests.Replays;

/// <summary>A recording that an earlier version wrote is replayed by this one: a change of what is recorded, or of how requests are recognized, shows here before it does at users'.</summary>
public sealed class GoldenRunTests
{
    private static readonly string Golden = Path.Combine(SourceTree.Root, "tests", "Ledger.Agents.Tests", "Golden", "agent.jsonl");

    [Fact]
    public async Task GoldenRun_OfAnEarlierVersion_IsReplayed()
    {
        if (Environment.GetEnvironmentVariable("LEDGER_APPROVE") == "1")
        {
            var run = new AgentLedger(new MemoryEventStore()).GetRun("golden");
            var weather = new Queue<Func<string>>([() => "sun", () => throw new TimeoutException("too slow"), () => "rain"]);
            await RunAsync(run, new ScriptedModel(Answer), weather);
            Directory.CreateDirectory(Path.GetDirectoryName(Golden)!);
            await File.WriteAllLinesAsync(Golden, (await run.ReadAllAsync()).Select(LineOf));
        }

        (await File.ReadAllTextAsync(Golden)).ShouldNotContain("not for the log");
        var replay = await AgentReplay.OfFileAsync(Golden);
        await RunAsync(replay.Run, new ScriptedModel(_ => throw new InvalidOperationException("A call went out.")), new Queue<Func<string>>());
        await replay.CheckAsync();
        replay.ReplayedCalls.ShouldBe(replay.RecordedCalls);
        replay.RecordedCalls.ShouldBeGreaterThan(8);
    }

    private static ChatMessage Answer(IReadOnlyList<ChatMessage> messages) => (messages[0].Text, messages.Count(m => m.Role == ChatRole.Assistant)) switch
    {
        ("How is the weather?", 0) => new ChatMessage(ChatRole.Assistant, [Call("1", "Rome"), Call("2", "Oslo")]),
        ("How is the weather?", 1) => new ChatMessage(ChatRole.Assistant, [Call("3", "Oslo")]),
        ("How is the weather?", _) => new ChatMessage(ChatRole.Assistant, "sun in Rome, rain in Oslo"),
        _ => new ChatMessage(ChatRole.Assistant, "as today"),
    };

    private static FunctionCallContent Call(string id, string city) => new(id, "weather", new Dictionary<string, object?> { ["city"] = city });

    // A model with tools, some of them in parallel, one of which fails; a tool with an effect whose end is unknown; a stream; events of the agent's own.
    private static async Task RunAsync(Run run, ScriptedModel model, Queue<Func<string>> weather)
    {
        var tool = AIFunctionFactory.Create((string city) => $"{city}: {weather.Dequeue()()}", "weather", "The weather in a city.").UseLedger(run);
        var options = new ChatOptions
        {
            ModelId = "scripted",
            Instructions = "Be brief.",
            Temperature = 0.5f,
            ResponseFormat = ChatResponseFormat.Json,
            AdditionalProperties = new() { ["effort"] = "high", ["apiKey"] = "not for the log" },
            Tools = [tool, new HostedMcpServerTool("mail", "https://mcp.test/?key=1") { Headers = new Dictionary<string, string> { ["Authorization"] = "not for the log" } }, new HostedWebSearchTool()],
        };
        using var client = model.AsBuilder().UseFunctionInvocation(configure: c => c.IncludeDetailedErrors = true).UseLedger(run).Build();
        var answer = await client.GetResponseAsync([new ChatMessage(ChatRole.User, [new TextContent("How is the weather?"), new DataContent(new byte[] { 1, 2 }, "image/png")])], options);
        await run.AppendAsync([new ObjectCreated("report", "Report", data: new() { ["text"] = answer.Text })]);
        var streamed = await client.GetStreamingResponseAsync("And tomorrow?", new ChatOptions { ModelId = "scripted" }).ToChatResponseAsync();
        await run.AppendAsync([new ObjectCreated("forecast", "Report", data: new() { ["text"] = streamed.Text })]);

        var refuse = new CallOptions { Effects = EffectPolicy.Refuse };
        var failed = await Should.ThrowAsync<Exception>(() => run.CallAsync("tool", """{"tool":"send","arguments":{"to":"all"}}""", (_, _) => throw new TimeoutException("cut off"), refuse));
        await run.CallAsync("llm", JsonSerializer.Serialize(failed.Message), (_, _) => Task.FromResult(CallResponse.OfText("never mind")));
    }

    private static string LineOf(RecordedEvent recorded)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            EventFile.Write(writer, recorded);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
