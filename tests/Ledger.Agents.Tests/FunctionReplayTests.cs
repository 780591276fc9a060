using System.Text.Json;
using Ledger.Runs;
using Ledger.Testing.Replays;
using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests;

/// <summary>What functions do to the conversation beside their results, when the agent is run again.</summary>
public sealed class FunctionReplayTests
{
    private readonly AgentLedger _ledger = new(new MemoryEventStore());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Function_ThatFailed_AndTheModelWasTold_FailsAgain_AndTheModelIsNotAskedAnew(bool isDetailed)
    {
        var model = ScriptedModel.CallingTools("weather", ["Rome"], ["Rome"]);
        var calls = 0;
        string Weather(string city) => ++calls == 1 ? throw new TimeoutException("too slow") : $"{city}: sun";
        var first = await AskAsync(_ledger.GetRun("a"), model, Weather, isDetailed);

        var again = await AskAsync(_ledger.GetRun("a"), model, Weather, isDetailed);

        (calls, model.Calls).ShouldBe((2, 3));
        again.Text.ShouldBe(first.Text);
        ResultsOf(again).ShouldBe(ResultsOf(first));
        ResultsOf(first)[0].ShouldBe(isDetailed ? "Error: Function failed. Exception: too slow" : "Error: Function failed.");
    }

    [Theory]
    [InlineData(EffectPolicy.Refuse)]
    [InlineData(EffectPolicy.Reconcile)]
    public async Task Function_WithAnEffect_ThatFailed_AndTheModelWasTold_FailsAgain_AndIsNotCalled(EffectPolicy effects)
    {
        var options = new CallOptions { Effects = effects, Reconcile = (_, _) => Task.FromResult(CallReconciliation.NotMade) };
        var model = ScriptedModel.CallingTools("weather", ["Rome"]);
        var calls = 0;
        string Weather(string city) => ++calls > 0 ? throw new TimeoutException("too slow") : city;
        var first = await AskAsync(_ledger.GetRun("e"), model, Weather, isDetailed: true, options);
        var again = await AskAsync(_ledger.GetRun("e"), model, Weather, isDetailed: true, options);
        var replay = await AgentReplay.OfAsync(_ledger.GetRun("e"));
        var replayed = await AskAsync(replay.Run, model, Weather, isDetailed: true, options);

        (calls, model.Calls).ShouldBe((1, 2));
        ResultsOf(first).ShouldBe(["Error: Function failed. Exception: too slow"]);
        (ResultsOf(again), ResultsOf(replayed)).ShouldSatisfyAllConditions(r => r.Item1.ShouldBe(ResultsOf(first)), r => r.Item2.ShouldBe(ResultsOf(first)));
        await replay.CheckAsync();
        var events = await _ledger.GetRun("e").ReadAllAsync();
        events.Last(e => e.Type == "llm.request").Metadata.Causes.ShouldBe([events.Single(e => e.Type == "call.unknown").Id]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Function_ThatEndsTheTurn_EndsItAgain(bool isReplay)
    {
        var model = ScriptedModel.CallingTools("weather", ["Rome"], ["Oslo"]);
        var calls = 0;
        string Weather(string city)
        {
            calls++;
            FunctionInvokingChatClient.CurrentContext!.Terminate = true;
            return $"{city}: sun";
        }

        var first = await AskAsync(_ledger.GetRun("b"), model, Weather);
        var run = isReplay ? (await AgentReplay.OfAsync(_ledger.GetRun("b"))).Run : _ledger.GetRun("b");
        var again = await AskAsync(run, model, Weather);

        (calls, model.Calls).ShouldBe((1, 1));
        again.Messages.Count.ShouldBe(first.Messages.Count);
        ResultsOf(again).ShouldBe(["Rome: sun"]);
        (await _ledger.GetRun("b").ReadAllAsync()).Single(e => e.Type == "tool.returned").ToJsonElement().GetProperty("terminate").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"$type":"text","text":"the function's own"}""")]
    [InlineData("""[{"$type":"data","uri":"data:text/plain,a"}]""")]
    [InlineData("""{"$contents":{"$type":"text","text":"a"}}""")]
    [InlineData("""{"$json":{"$json":1}}""")]
    public async Task Json_ThatLooksLikeContents_StaysJson(string json)
    {
        var tool = AIFunctionFactory.Create(() => JsonElement.Parse(json), "own");
        var live = await tool.UseLedger(_ledger.GetRun("c")).InvokeAsync();
        var again = await tool.UseLedger(_ledger.GetRun("c")).InvokeAsync();
        var replayed = await tool.UseLedger((await AgentReplay.OfAsync(_ledger.GetRun("c"))).Run).InvokeAsync();

        foreach (var result in new[] { live, again, replayed })
        {
            JsonElement.DeepEquals(result.ShouldBeOfType<JsonElement>(), JsonElement.Parse(json)).ShouldBeTrue($"{result}");
        }
    }

    [Fact]
    public async Task Contents_AreContentsAgain()
    {
        var one = AIFunctionFactory.Create(() => new TextContent("a"), "one");
        var list = AIFunctionFactory.Create(() => new List<AIContent> { new TextContent("b"), new DataContent(new byte[] { 1 }, "image/png") }, "list");
        var run = _ledger.GetRun("d");
        await one.UseLedger(run).InvokeAsync();
        await list.UseLedger(run).InvokeAsync();
        foreach (var other in new[] { _ledger.GetRun("d"), (await AgentReplay.OfAsync(run)).Run })
        {
            (await one.UseLedger(other).InvokeAsync()).ShouldBeOfType<TextContent>().Text.ShouldBe("a");
            ((IEnumerable<AIContent>)(await list.UseLedger(other).InvokeAsync())!).Select(c => c.GetType()).ShouldBe([typeof(TextContent), typeof(DataContent)]);
        }
    }

    private static async Task<ChatResponse> AskAsync(Run run, ScriptedModel model, Func<string, string> weather, bool isDetailed = false, CallOptions? options = null)
    {
        var tool = AIFunctionFactory.Create(weather, "weather").UseLedger(run, options);
        using var client = model.AsBuilder().UseFunctionInvocation(configure: c => c.IncludeDetailedErrors = isDetailed).UseLedger(run).Build();
        return await client.GetResponseAsync("How is the weather?", new ChatOptions { Tools = [tool] });
    }

    private static List<string?> ResultsOf(ChatResponse response) =>
        [.. response.Messages.SelectMany(m => m.Contents).OfType<FunctionResultContent>().Select(r => r.Result?.ToString())];
}
