using System.Text.Json;
using Ledger.Runs;
using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests;

public sealed class ChatClientTests
{
    private readonly AgentLedger _ledger = new(new MemoryEventStore());

    [Fact]
    public async Task Model_AskedAgain_IsAnsweredFromTheLog()
    {
        var model = ScriptedModel.Counting();
        var first = await Client(model, _ledger.GetRun("a")).GetResponseAsync([Said("hello")], new ChatOptions { Temperature = 0.5f, Instructions = "Be brief." });
        var again = await Client(model, _ledger.GetRun("a")).GetResponseAsync([Said("hello")], new ChatOptions { Temperature = 0.5f, Instructions = "Be brief." });

        (first.Text, again.Text, model.Calls).ShouldBe(("answer 1", "answer 1", 1));
        (again.ModelId, again.FinishReason, again.Usage!.CachedInputTokenCount, again.ResponseId).ShouldBe(("scripted-1", ChatFinishReason.Stop, 4, first.ResponseId));
        var events = await _ledger.GetRun("a").ReadAllAsync();
        events.Select(e => e.Type).ShouldBe(["llm.request", "llm.response", "call.answered"]);
        events[0].ToJsonElement().ToString().ShouldBe(
            """{"instructions":"Be brief.","temperature":0.5,"messages":[{"role":"user","contents":[{"$type":"text","text":"hello"}]}]}""");
        events[1].Data.ShouldBeOfType<LlmResponse>().ShouldSatisfyAllConditions(r => r.Text.ShouldBe("answer 1"), r => r.Model.ShouldBe("scripted-1"));
        (await _ledger.GetRun("a").GetUsageAsync()).Whole.ShouldBe(new CallTotals(1, 0, 1, 0, 0, 12, 12));
    }

    [Fact]
    public async Task Request_DiffersInWhatMatters_IsAskedAnew_AndInIdsAndTimesIsNot()
    {
        var model = ScriptedModel.Counting();
        var client = Client(model, _ledger.GetRun("b"));
        ChatMessage Message(string text, string id) => new(ChatRole.User, text) { MessageId = id, CreatedAt = TimeProvider.System.GetUtcNow(), RawRepresentation = new object() };
        var tool = AIFunctionFactory.Create((string city) => city, "weather", "The weather.");
        ChatOptions[] same = [new() { ModelId = "m", Tools = [tool] }, new() { ModelId = "m", Tools = [tool] }];
        foreach (var options in same)
        {
            await client.GetResponseAsync([Message("hello", $"{Guid.NewGuid()}")], options);
        }

        model.Calls.ShouldBe(1);
        ChatOptions[] others =
        [
            new() { ModelId = "n", Tools = [tool] },
            new() { ModelId = "m" },
            new() { ModelId = "m", Tools = [AIFunctionFactory.Create((int city) => city, "weather", "The weather.")] },
            new() { ModelId = "m", Tools = [tool], ResponseFormat = ChatResponseFormat.Json },
            new() { ModelId = "m", Tools = [tool], MaxOutputTokens = 5 },
            new() { ModelId = "m", Tools = [tool], AdditionalProperties = new() { ["effort"] = "high" } },
            new() { ModelId = "m", Tools = [tool], RawRepresentationFactory = _ => null, AdditionalProperties = new() { [LedgerChatClientExtensions.RawSettings] = "effort: low" } },
        ];
        foreach (var options in others)
        {
            await client.GetResponseAsync([Message("hello", "1")], options);
        }

        await client.GetResponseAsync([Message("hello", "1"), Message("you", "2")], same[0]);
        model.Calls.ShouldBe(9);
    }

    [Fact]
    public async Task Agent_StoppedInATool_RunAgain_CallsOnlyWhatHasNoAnswer()
    {
        var model = ScriptedModel.CallingTools("weather", ["Rome"], ["Oslo"]);
        var visited = new List<string>();
        using var stop = new CancellationTokenSource();
        string Weather(string city)
        {
            visited.Add(city);
            if (city == "Oslo" && !stop.IsCancellationRequested)
            {
                stop.Cancel();
                stop.Token.ThrowIfCancellationRequested();
            }

            return $"{city} is fine";
        }

        await Should.ThrowAsync<OperationCanceledException>(() => RunAgentAsync(_ledger.GetRun("c"), model, Weather, cancellationToken: stop.Token));
        var response = await RunAgentAsync(_ledger.GetRun("c"), model, Weather);

        response.Text.ShouldBe("Rome is fine, Oslo is fine");
        visited.ShouldBe(["Rome", "Oslo", "Oslo"]);
        model.Calls.ShouldBe(3);
    }

    [Fact]
    public async Task Agent_ForkedAtATool_WithAnotherResult_RunsOnFromThere()
    {
        var model = ScriptedModel.CallingTools("weather", ["Rome"], ["Oslo"]);
        var visited = 0;
        string Weather(string city) => $"{city} is fine {++visited}";
        var run = _ledger.GetRun("d");
        await RunAgentAsync(run, model, Weather);
        var first = (await run.ReadAllAsync()).First(e => e.Type == "tool.called");

        var branch = await run.ForkBeforeAsync(first.Id, new ForkOptions { Name = "if Rome were flooded" });
        await branch.AnswerAsync(first.Id, CallResponse.OfText("Rome is flooded"));
        var response = await RunAgentAsync(branch, model, Weather);

        response.Text.ShouldBe("Rome is flooded, Oslo is fine 3");

        // The first answer of the model is shared; the two that saw the other result are new.
        model.Calls.ShouldBe(5);
        (await branch.GetUsageAsync()).SinceFork!.Calls.ShouldBe(4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Agent_CallsSeveralToolsOfOneAnswer_AllAreRecordedWithTheAnswerAsCause(bool concurrently)
    {
        var model = ScriptedModel.CallingTools("weather", ["Rome", "Oslo", "Rome"]);
        var visited = 0;
        string Weather(string city) => $"{city} {Interlocked.Increment(ref visited)}";
        var run = _ledger.GetRun("e");
        var first = (await RunAgentAsync(run, model, Weather, concurrently)).Text;

        (await RunAgentAsync(_ledger.GetRun("e"), model, Weather, concurrently)).Text.ShouldBe(first);
        (visited, model.Calls).ShouldBe((3, 2));
        var events = await run.ReadAllAsync();
        var answer = events.First(e => e.Type == "llm.response");
        events.Where(e => e.Type == "tool.called").ShouldAllBe(e => e.Metadata.Causes.Single() == answer.Id);
        events.Where(e => e.Type == "llm.request").ElementAt(1).Metadata.Causes
            .ShouldBe(events.Where(e => e.Type == "tool.returned").Select(e => e.Id), ignoreOrder: true);
    }

    [Fact]
    public async Task FunctionInvocationInside_TheToolsAreRecordedAllTheSame()
    {
        var model = ScriptedModel.CallingTools("weather", ["Rome"]);
        var run = _ledger.GetRun("f");
        var client = model.AsBuilder().UseLedger(run).UseFunctionInvocation().Build();
        var options = new ChatOptions { Tools = [AIFunctionFactory.Create((string city) => $"{city} is fine", "weather")] };

        (await client.GetResponseAsync([Said("?")], options)).Text.ShouldEndWith("Rome is fine");

        (await run.ReadAllAsync()).Select(e => e.Type).ShouldBe(["llm.request", "tool.called", "tool.returned", "llm.response"]);
    }

    [Fact]
    public async Task Tool_KnowsItsKey_AndItsResultIsJsonBothTimes()
    {
        var keys = new List<CallContext>();
        var function = new ContextFunction(keys);
        var run = _ledger.GetRun("g");
        var results = new List<object?>();
        foreach (var handle in new[] { run, _ledger.GetRun("g") })
        {
            results.Add(await function.UseLedger(handle).InvokeAsync(new AIFunctionArguments { ["n"] = 7 }));
        }

        results.ShouldAllBe(r => ((JsonElement)r!).GetProperty("n").GetInt32() == 7);
        keys.ShouldHaveSingleItem().Stream.ShouldBe(run.StreamName);
        (await run.ReadAllAsync())[0].ToJsonElement().ToString().ShouldBe("""{"tool":"context","arguments":{"n":7}}""");
    }

    [Fact]
    public async Task Streaming_PassesThrough_AndAnswersLaterCallsOfEitherKind()
    {
        var model = ScriptedModel.Counting();
        var streamed = await Client(model, _ledger.GetRun("h")).GetStreamingResponseAsync([Said("hello")]).ToListAsync();
        var replayed = await Client(model, _ledger.GetRun("h")).GetStreamingResponseAsync([Said("hello")]).ToListAsync();
        var whole = await Client(model, _ledger.GetRun("h")).GetResponseAsync([Said("hello")]);

        streamed.Select(u => u.Text).ShouldBe(["answer ", "1 ", ""]);
        replayed.ToChatResponse().Text.ShouldBe("answer 1 ");
        whole.Text.ShouldBe("answer 1 ");
        whole.Usage!.InputTokenCount.ShouldBe(10);
        model.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task Streaming_LeftEarly_IsNoAnswer()
    {
        var model = new ScriptedModel(m => new ChatMessage(ChatRole.Assistant, string.Join(' ', Enumerable.Range(0, 1_000))));
        await foreach (var _ in Client(model, _ledger.GetRun("i")).GetStreamingResponseAsync([Said("hello")]))
        {
            break;
        }

        (await _ledger.GetRun("i").ReadAllAsync())[^1].Type.ShouldBe("call.failed");
        (await Client(model, _ledger.GetRun("i")).GetResponseAsync([Said("hello")])).Text.ShouldEndWith(" 999");
        model.Calls.ShouldBe(2);
    }

    [Fact]
    public async Task Streaming_PartsThatTheReaderChanges_AreRecordedAsTheyCame()
    {
        var model = ScriptedModel.Counting();
        await foreach (var update in Client(model, _ledger.GetRun("k")).GetStreamingResponseAsync([Said("hello")]))
        {
            update.Contents.Clear();
        }

        (await Client(model, _ledger.GetRun("k")).GetResponseAsync([Said("hello")])).Text.ShouldBe("answer 1 ");
    }

    [Fact]
    public async Task ToolsOfProviders_ThatDifferInTheirSettings_AreOtherRequests()
    {
        var model = ScriptedModel.Counting();
        var client = Client(model, _ledger.GetRun("l"));
        AITool[] tools =
        [
            new HostedMcpServerTool("a", "https://a.test/"), new HostedMcpServerTool("a", "https://b.test/"), new HostedWebSearchTool(),
            new HostedFileSearchTool { MaximumResultCount = 3 }, new HostedFileSearchTool { MaximumResultCount = 4 },
            AIFunctionFactory.Create((string city) => city, new AIFunctionFactoryOptions { Name = "f", AdditionalProperties = new Dictionary<string, object?> { ["strict"] = true } }),
            AIFunctionFactory.Create((string city) => city, new AIFunctionFactoryOptions { Name = "f" }),
        ];
        foreach (var tool in tools.Concat(tools))
        {
            await client.GetResponseAsync([Said("hello")], new ChatOptions { Tools = [tool] });
        }

        model.Calls.ShouldBe(tools.Length);
    }

    [Fact]
    public async Task BackgroundResponse_IsPolledEachTime()
    {
        var model = ScriptedModel.Counting();
        var client = Client(model, _ledger.GetRun("m"));
        for (var i = 0; i < 3; i++)
        {
            await client.GetResponseAsync([Said("hello")], new ChatOptions { AllowBackgroundResponses = true });
        }

        model.Calls.ShouldBe(3);
    }

    [Fact]
    public async Task WhatCannotBeStored_StopsNoAgent()
    {
        var model = ScriptedModel.CallingTools("weather", ["Rome"]);
        string Weather(string city) => $"{city}\0 is fine \ud800";
        var live = (await RunAgentAsync(_ledger.GetRun("n"), model, Weather)).Text;

        (await RunAgentAsync(_ledger.GetRun("n"), model, Weather)).Text.ShouldBe("Rome\uFFFD is fine \uFFFD");
        live.ShouldStartWith("Rome");
        model.Calls.ShouldBe(2);

        var odd = new ScriptedModel(_ => new ChatMessage(ChatRole.Assistant, [new TextContent("text") { AdditionalProperties = new() { ["type"] = typeof(string) } }, new OddContent()]));
        (await Client(odd, _ledger.GetRun("o")).GetResponseAsync([new ChatMessage(ChatRole.User, [new TextContent("?"), new OddContent()])])).Text.ShouldBe("text");
        (await Client(odd, _ledger.GetRun("o")).GetResponseAsync([new ChatMessage(ChatRole.User, [new TextContent("?"), new OddContent()])])).Text.ShouldBe("text");
        odd.Calls.ShouldBe(2, "what has no JSON may be another question");
    }

    [Fact]
    public async Task Function_RecordedTwice_OrOnAnotherRun_IsRecordedOnceAndThere()
    {
        var calls = 0;
        var function = AIFunctionFactory.Create(() => ++calls, "count");
        var (run, branch) = (_ledger.GetRun("p"), _ledger.GetRun("q"));
        var recorded = function.UseLedger(run);
        await recorded.UseLedger(run).InvokeAsync();
        await recorded.UseLedger(branch).InvokeAsync();

        (await run.ReadAllAsync()).Select(e => e.Type).ShouldBe(["tool.called", "tool.returned"]);
        (await branch.ReadAllAsync()).Select(e => e.Type).ShouldBe(["tool.called", "tool.returned"]);

        var model = ScriptedModel.CallingTools("weather", ["Rome"]);
        var tool = new Wrapped(AIFunctionFactory.Create((string city) => city, "weather").UseLedger(run));
        await model.AsBuilder().UseLedger(run).UseFunctionInvocation().Build().GetResponseAsync([Said("?")], new ChatOptions { Tools = [tool] });
        (await run.ReadAllAsync()).Count(e => e.Type == "tool.called").ShouldBe(2);
    }

    [Fact]
    public async Task Results_ThatAreNoPlainJson_AreTheSameLiveAndFromTheLog()
    {
        AIFunction[] functions =
        [
            AIFunctionFactory.Create(() => new DataContent(new byte[] { 1, 2 }, "image/png"), "image"),
            AIFunctionFactory.Create(() => { }, "nothing"),
            AIFunctionFactory.Create((string city, CancellationToken token) => city, "city"),
        ];
        foreach (var handle in new[] { _ledger.GetRun("r"), _ledger.GetRun("r") })
        {
            (await functions[0].UseLedger(handle).InvokeAsync()).ShouldBeOfType<DataContent>().Data.ToArray().ShouldBe([1, 2]);
            (await functions[1].UseLedger(handle).InvokeAsync()).ShouldBeNull();
            var arguments = new AIFunctionArguments(StringComparer.OrdinalIgnoreCase) { ["City"] = "Rome", ["stream"] = Stream.Null };
            ((JsonElement)(await functions[2].UseLedger(handle).InvokeAsync(arguments))!).GetString().ShouldBe("Rome");
        }
    }

    [Fact]
    public async Task Streaming_SeveralToolsOfOneAnswer_HaveItAsTheirCause()
    {
        var run = _ledger.GetRun("s");
        var model = ScriptedModel.CallingTools("weather", ["Rome", "Oslo"]);
        var client = model.AsBuilder().UseFunctionInvocation().UseLedger(run).Build();
        var tool = AIFunctionFactory.Create((string city) => city, "weather").UseLedger(run);
        await client.GetStreamingResponseAsync([Said("?")], new ChatOptions { Tools = [tool] }).ToListAsync();

        var events = await run.ReadAllAsync();
        var answer = events.First(e => e.Type == "llm.response");
        events.Where(e => e.Type == "tool.called").ShouldAllBe(e => e.Metadata.Causes.Single() == answer.Id);
    }

    [Fact]
    public async Task AnswerOfAnotherProgram_HasAtLeastItsText()
    {
        var model = ScriptedModel.Counting();
        var run = _ledger.GetRun("j");
        await Client(model, run).GetResponseAsync([Said("hello")]);
        var request = (await run.ReadAllAsync())[0];
        var branch = await run.ForkBeforeAsync(request.Id);
        await branch.AnswerAsync(request.Id, CallResponse.OfText("by hand") with { InputTokens = 3 });

        var answered = await Client(model, branch).GetResponseAsync([Said("hello")]);

        (answered.Text, answered.Usage!.InputTokenCount, model.Calls).ShouldBe(("by hand", 3, 1));
    }

    private static ChatMessage Said(string text) => new(ChatRole.User, text);

    private static IChatClient Client(IChatClient model, Run run) => model.AsBuilder().UseLedger(run).Build();

    private static Task<ChatResponse> RunAgentAsync(Run run, ScriptedModel model, Func<string, string> weather, bool concurrently = false, CancellationToken cancellationToken = default)
    {
        var client = model.AsBuilder().UseFunctionInvocation(configure: c => c.AllowConcurrentInvocation = concurrently).UseLedger(run).Build();
        var tool = AIFunctionFactory.Create((string city) => weather(city), "weather").UseLedger(run);
        return client.GetResponseAsync([Said("What is the weather?")], new ChatOptions { Tools = [tool] }, cancellationToken);
    }

    private sealed class ContextFunction(List<CallContext> seen) : AIFunction
    {
        public override string Name => "context";

        protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
        {
            seen.Add((CallContext)arguments.Context![LedgerFunctionExtensions.ContextKey]!);
            return new(new Dictionary<string, object?> { ["n"] = arguments["n"] });
        }
    }

    private sealed class OddContent : AIContent;

    private sealed class Wrapped(AIFunction inner) : DelegatingAIFunction(inner);
}
