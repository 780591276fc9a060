using System.Text.Json;
using Ledger.Runs;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests;

/// <summary>Functions that an agent calls, recorded by its middleware; and what a model's provider can do wrong.</summary>
public sealed class AgentMiddlewareTests
{
    private readonly AgentLedger _ledger = new(new MemoryEventStore());

    [Fact]
    public async Task Functions_OfAnAgent_AreRecorded_AndAnsweredWhenItIsRunAgain()
    {
        var model = ScriptedModel.CallingTools("weather", ["Rome", "Oslo"]);
        var calls = 0;
        var weather = AIFunctionFactory.Create((string city) => $"{city}: {++calls}", "weather");
        var run = _ledger.GetRun("a");

        (await RunAsync(run, model, weather)).Text.ShouldBe("Rome: 1, Oslo: 2");
        (await RunAsync(_ledger.GetRun("a"), model, weather)).Text.ShouldBe("Rome: 1, Oslo: 2");

        (calls, model.Calls).ShouldBe((2, 2));
        var events = await run.ReadAllAsync();
        var asked = events.First(e => e.Type == "llm.response").Id;
        events.Where(e => e.Type == "tool.called").Select(e => e.Metadata.Causes.Single()).ShouldBe([asked, asked]);
        events.Count(e => e.Type == "tool.returned").ShouldBe(2);
    }

    [Fact]
    public async Task Function_ThatIsRecordedAlready_IsRecordedOnce_OnItsOwnRun()
    {
        var (run, other) = (_ledger.GetRun("b"), _ledger.GetRun("c"));
        var weather = AIFunctionFactory.Create((string city) => city, "weather").UseLedger(other);

        (await RunAsync(run, ScriptedModel.CallingTools("weather", ["Rome"]), weather)).Text.ShouldBe("Rome");

        (await run.ReadAllAsync()).ShouldNotContain(e => e.Type == "tool.called");
        (await other.ReadAllAsync()).Select(e => e.Type).ShouldBe(["tool.called", "tool.returned"]);
    }

    [Fact]
    public async Task Function_ThatIsRecordedAlready_IsNotCalledWithoutTheApprovalThatTheMiddlewareWants()
    {
        var (run, other) = (_ledger.GetRun("f"), _ledger.GetRun("g"));
        var calls = 0;
        var pay = AIFunctionFactory.Create((string city) => $"{city}: {++calls}", "pay");
        var approved = new CallOptions { Approval = ApprovalPolicy.Required };

        var told = await RunAsync(run, ScriptedModel.CallingTools("pay", ["Rome"]), pay.UseLedger(run), _ => approved);
        await RunAsync(other, ScriptedModel.CallingTools("pay", ["Rome"]), pay.UseLedger(other, approved), _ => approved);

        calls.ShouldBe(0);
        told.Messages.SelectMany(m => m.Contents).OfType<FunctionResultContent>().Single().Exception.ShouldBeOfType<InvalidOperationException>().Message.ShouldBe(
            "The function 'pay' was not called: it is recorded by its own UseLedger, and UseLedgerFunctions has other options for it. "
            + "Give it those, or leave it to UseLedgerFunctions alone.");
        (await other.ListApprovalsAsync()).ShouldHaveSingleItem().Decision.ShouldBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Function_OfAContextProviderOrOfOneRun_IsRecorded(bool isProvided)
    {
        var run = _ledger.GetRun($"{isProvided}");
        var weather = AIFunctionFactory.Create((string city) => city, "weather");
        var client = ScriptedModel.CallingTools("weather", ["Rome"]).AsBuilder().UseLedger(run).Build();
        var agent = new ChatClientAgent(client, new ChatClientAgentOptions { AIContextProviders = isProvided ? [new WeatherProvider(weather)] : null })
            .AsBuilder().UseLedgerFunctions(run).Build();

        (await agent.RunAsync("?", options: isProvided ? null : new ChatClientAgentRunOptions(new ChatOptions { Tools = [weather] }))).Text.ShouldBe("Rome");

        (await run.ReadAllAsync()).Count(e => e.Type == "tool.returned").ShouldBe(1);
    }

    [Fact]
    public async Task Function_WithAnEffect_WhoseEndIsUnknown_IsNotRepeated()
    {
        var model = ScriptedModel.CallingTools("pay", ["Rome"]);
        var keys = new List<string>();
        var pay = AIFunctionFactory.Create(
            (string city, AIFunctionArguments arguments) =>
            {
                keys.Add(((CallContext)arguments.Context![LedgerFunctionExtensions.ContextKey]!).IdempotencyKey);
                return city.Length > 0 ? throw new TimeoutException() : "paid";
            },
            "pay");
        var run = _ledger.GetRun("d");
        await RunAsync(run, model, pay, function => function.Name == "pay" ? new CallOptions { Effects = EffectPolicy.Refuse } : null);
        await RunAsync(_ledger.GetRun("d"), model, pay, _ => new CallOptions { Effects = EffectPolicy.Refuse });

        keys.ShouldHaveSingleItem().ShouldNotBeEmpty();
        (await run.ListOpenCallsAsync()).ShouldHaveSingleItem().IsUnknown.ShouldBeTrue();
    }

    [Fact]
    public async Task Provider_ThatThrows_SendsNoJson_OrIsCancelled_IsAFailure_AndTheCallersPolicyCallsAgain()
    {
        using var stop = new CancellationTokenSource();
        Queue<Func<ChatMessage>> answers = new(
        [
            () => throw new HttpRequestException("503"),
            () => throw new JsonException("'<' is an invalid start of a value."),
            () =>
            {
                stop.Cancel();
                throw new OperationCanceledException(stop.Token);
            },
            () => new ChatMessage(ChatRole.Assistant, "at last"),
        ]);
        var model = new ScriptedModel(_ => answers.Dequeue()());
        var run = _ledger.GetRun("e");
        var client = model.AsBuilder().UseLedger(run).Build();

        await Should.ThrowAsync<HttpRequestException>(() => client.GetResponseAsync("?"));
        await Should.ThrowAsync<JsonException>(() => client.GetResponseAsync("?"));
        await Should.ThrowAsync<OperationCanceledException>(() => client.GetResponseAsync("?", cancellationToken: stop.Token));
        (await client.GetResponseAsync("?")).Text.ShouldBe("at last");
        (await client.GetResponseAsync("?")).Text.ShouldBe("at last");

        (await run.ReadAllAsync()).Select(e => e.Type).ShouldBe(
            ["llm.request", "call.failed", "llm.request", "call.failed", "llm.request", "call.failed", "llm.request", "llm.response", "call.answered"]);
        (model.Calls, (await run.GetUsageAsync()).Whole.Failed).ShouldBe((4, 3));
    }

    private static Task<AgentResponse> RunAsync(Run run, ScriptedModel model, AIFunction function, Func<AIFunction, CallOptions?>? options = null)
    {
        var client = model.AsBuilder().UseLedger(run).Build();
        var agent = new ChatClientAgent(client, new ChatClientAgentOptions { ChatOptions = new ChatOptions { Tools = [function] } })
            .AsBuilder().UseLedgerFunctions(run, options).Build();
        return agent.RunAsync("?");
    }

    private sealed class WeatherProvider(AIFunction weather) : AIContextProvider(null, null, null)
    {
        public override IReadOnlyList<string> StateKeys => [];

        protected override ValueTask<AIContext> ProvideAIContextAsync(InvokingContext context, CancellationToken cancellationToken = default) =>
            new(new AIContext { Tools = [weather] });
    }
}
