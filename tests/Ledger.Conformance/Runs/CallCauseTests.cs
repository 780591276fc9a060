using System.Text.Json;
using Ledger.Log;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>What follows from an answer, and what a call used and cost.</summary>
public abstract class CallCauseTests(ITestEngine engine) : PolledToolTests(engine)
{
    [Fact]
    public async Task Price_ThatThrows_LosesNoAnswer()
    {
        var ledger = new AgentLedger(Store, new AgentLedgerOptions { Price = _ => throw new KeyNotFoundException() });

        var answer = await ledger.GetRun(NewId()).CallAsync("llm", "1", CallAsync, new CallOptions { Effects = EffectPolicy.Refuse });

        (answer.Text, answer.Cost.Usd).ShouldBe(("answer 1", null));
    }

    [Fact]
    public async Task Append_AfterAnswers_IsCausedByThem()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([Labelled("before")]);
        var plan = await run.CallAsync("llm", "\"plan\"", CallAsync);
        var both = new TaskCompletionSource();
        var begun = 0;
        var tools = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => run.CallAsync("tool", Poll, async (context, token) =>
        {
            if (Interlocked.Increment(ref begun) == 2)
            {
                both.SetResult();
            }

            await both.Task;
            return await CallAsync(context, token);
        })));
        await run.AppendAsync([Labelled("after"), new NewEvent(Labelled("explicit"), new EventMetadata { Causes = [plan.ResponseId] })]);
        await run.AppendAsync([Labelled("still")]);

        var events = await run.ReadAllAsync();
        events[0].Metadata.Causes.ShouldBeEmpty();
        events.Where(e => e.Type == "tool.called").ShouldAllBe(e => e.Metadata.Causes.Single() == plan.ResponseId);
        events.Single(e => Label(e) == "after").Metadata.Causes.ShouldBe(tools.Select(t => t.ResponseId), ignoreOrder: true);
        events.Single(e => Label(e) == "still").Metadata.Causes.ShouldBe(tools.Select(t => t.ResponseId), ignoreOrder: true);
        events.Single(e => Label(e) == "explicit").Metadata.Causes.ShouldBe([plan.ResponseId]);
        (await run.ExplainAsync(events.Single(e => Label(e) == "after").Id)).Entries.Select(e => e.Event?.Type)
            .ShouldBe(["kit.loaded", "tool.returned", "tool.returned", "tool.called", "tool.called", "llm.response", "llm.request"], ignoreOrder: true);
    }

    [Fact]
    public async Task Append_TwoAgentsOnOneHandle_EachInItsScope_AreNotMixed()
    {
        var run = Runs.GetRun(NewId());
        async Task<(Guid Answer, string Label)> AgentAsync(string name)
        {
            using var scope = AgentScope.Open();
            var answer = await run.CallAsync("llm", $"\"{name}\"", CallAsync);
            await Task.Run(() => run.AppendAsync([Labelled(name)]));
            return (answer.ResponseId, name);
        }

        var agents = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Run(() => AgentAsync($"agent {n}"))));
        await run.AppendAsync([Labelled("outside")]);

        var events = await run.ReadAllAsync();
        foreach (var (answer, label) in agents)
        {
            events.Single(e => Label(e) == label).Metadata.Causes.ShouldBe([answer]);
        }

        events[^1].Metadata.Causes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Append_InAScope_ToTheSameNameInAnotherLog_HasNoCausesFromThisOne()
    {
        var id = NewId();
        var elsewhere = new AgentLedger(new MemoryEventStore()).GetRun(id);
        using var scope = AgentScope.Open();
        var answer = await Runs.GetRun(id).CallAsync("llm", "1", CallAsync);

        await elsewhere.AppendAsync([Labelled("elsewhere")]);
        await new AgentLedger(Store).GetRun(id).AppendAsync([Labelled("here")]);

        (await elsewhere.ReadAllAsync()).ShouldHaveSingleItem().Metadata.Causes.ShouldBeEmpty();
        (await Runs.GetRun(id).ReadAllAsync())[^1].Metadata.Causes.ShouldBe([answer.ResponseId]);
    }

    [Theory]
    [InlineData("""{"usage":{"input_tokens":10,"output_tokens":3,"cache_read_input_tokens":4}}""", 10, 3, 4, null)]
    [InlineData("""{"usage":{"prompt_tokens":10,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}}""", 10, 3, 4, 2)]
    [InlineData("""{"usage":{"inputTokens":10,"outputTokens":3}}""", 10, 3, null, null)]
    [InlineData("""{"input_tokens":10,"usage":{"input_tokens":99,"output_tokens":3}}""", 10, 3, null, null)]
    [InlineData("""{"usage":{"input_tokens":-1,"output_tokens":"3"}}""", null, null, null, null)]
    public async Task Usage_InTheShapesOfProviders_IsCounted(string response, int? input, int? output, int? cached, int? reasoning)
    {
        var run = Runs.GetRun(NewId());
        var answer = await run.CallAsync("llm", """{"model":"m-1"}""", (_, _) => Task.FromResult(new CallResponse(JsonElement.Parse(response))));

        answer.Cost.ShouldBe(new CallCost(null, input, output) { CachedTokens = cached, ReasoningTokens = reasoning });
        (await run.GetUsageAsync()).Whole.Tokens.ShouldBe((input ?? 0) + (output ?? 0));
        answer.Duration.ShouldNotBeNull();
    }

    [Fact]
    public async Task ModelUsage_IsAddedUpByModel_WholeAndSinceTheFork()
    {
        var run = Runs.GetRun(NewId());
        await AskAsync(run, """{"model":"m-1","n":1}""", """{"provider":"p","usage":{"input_tokens":10,"output_tokens":3,"cache_read_input_tokens":4,"reasoning_tokens":2},"cost_usd":0.5}""");
        await AskAsync(run, """{"model":"m-1","n":2}""", """{"model":"m-2","usage":{"input_tokens":7}}""");
        await run.CallAsync("tool", Poll, CallAsync);
        await Should.ThrowAsync<FormatException>(() => run.CallAsync("llm", "1", (_, _) => throw new FormatException()));
        var branch = await run.ForkAsync();
        await AskAsync(branch, """{"model":"m-1","n":1}""", "\"answered from the log\"");
        await AskAsync(branch, """{"model":"m-1","n":3}""", """{"provider":"p","usage":{"input_tokens":1,"output_tokens":1}}""");

        var (whole, own) = await branch.GetModelUsageAsync();
        whole.Select(u => (u.Kind, u.Model, u.Provider, u.Calls, u.InputTokens, u.OutputTokens, u.CachedTokens, u.ReasoningTokens, u.CostUsd)).ShouldBe(
        [
            ("llm", "m-1", "p", 2, 11, 4, 4, 2, 0.5m),
            ("llm", "m-2", null, 1, 7, 0, 0, 0, 0),
            ("tool", null, null, 1, 0, 0, 0, 0, 0),
        ]);
        own!.ShouldHaveSingleItem().ShouldSatisfyAllConditions(u => (u.Kind, u.Model, u.Calls, u.InputTokens).ShouldBe(("llm", "m-1", 1, 1)), u => u.CostUsd.ShouldBe(0));
        whole[0].Duration.ShouldBeGreaterThanOrEqualTo(own![0].Duration);
        (await run.GetModelUsageAsync()).ShouldSatisfyAllConditions(u => u.SinceFork.ShouldBeNull(), u => u.Whole.Sum(m => m.Calls).ShouldBe(3));

        static Task<CallAnswer> AskAsync(Run on, string request, string response) =>
            on.CallAsync("llm", request, (_, _) => Task.FromResult(new CallResponse(JsonElement.Parse(response))));
    }

    [Fact]
    public async Task Price_OfTheApplication_IsRecordedWithTheResponse()
    {
        var asked = new List<CallCost>();
        var ledger = new AgentLedger(Store, new AgentLedgerOptions
        {
            Price = cost =>
            {
                asked.Add(cost);
                return cost.Model == "m-1" ? cost.InputTokens * 0.01m : null;
            },
        });
        var run = ledger.GetRun(NewId());
        var priced = await run.CallAsync("llm", """{"model":"m-1"}""", (_, _) => Response("""{"usage":{"input_tokens":10,"output_tokens":3}}"""));
        var unpriced = await run.CallAsync("llm", """{"model":"m-2"}""", (_, _) => Response("""{"usage":{"input_tokens":10}}"""));
        await run.CallAsync("llm", """{"model":"m-3"}""", (_, _) => Response("""{"cost_usd":7}"""));

        (priced.Cost.Usd, unpriced.Cost.Usd).ShouldBe((0.10m, (decimal?)null));
        asked.Select(a => a.Model).ShouldBe(["m-1", "m-2"]);
        (await Runs.GetRun(run.Id).GetUsageAsync()).Whole.CostUsd.ShouldBe(7.10m);

        static Task<CallResponse> Response(string json) => Task.FromResult(new CallResponse(JsonElement.Parse(json)));
    }
}
