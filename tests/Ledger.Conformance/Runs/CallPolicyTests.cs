using System.Text.Json;
using Ledger.Events;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>Which recorded answer counts for a call.</summary>
public abstract class CallPolicyTests(ITestEngine engine) : PolledToolTests(engine)
{
    [Fact]
    public async Task Tool_PolledInALoop_IsCalledEachTime_AndAnsweredWhenRunAgain()
    {
        var run = Runs.GetRun(NewId());
        (await PollAsync(run, 3)).ShouldBe(["answer 1", "answer 2", "answer 3"]);

        var again = Runs.GetRun(run.Id);
        (await PollAsync(again, 4)).ShouldBe(["answer 1", "answer 2", "answer 3", "answer 4"]);

        Calls.ShouldBe(4);
        (await PollAsync(Runs.GetRun(run.Id), 4)).ShouldBe(["answer 1", "answer 2", "answer 3", "answer 4"]);
        Calls.ShouldBe(4);
    }

    [Fact]
    public async Task Tool_AskedAgainInTheNextAttempt_IsCalled_AndEachAttemptHasItsOwnAnswers()
    {
        var run = Runs.GetRun(NewId());
        (await PollAsync(await run.BeginAttemptAsync("turn-1"), 2)).ShouldBe(["answer 1", "answer 2"]);
        (await PollAsync(await run.BeginAttemptAsync("turn-2"), 1)).ShouldBe(["answer 3"]);

        // As after a crash: another process, the same turn.
        var restarted = new AgentLedger(await Engine.OpenAgainAsync(Store)).GetRun(run.Id);
        (await PollAsync(await restarted.BeginAttemptAsync("turn-2"), 2)).ShouldBe(["answer 3", "answer 4"]);

        // What was recorded later counts for the first turn, which ended before it: a turn is run again until it has ended, not afterwards.
        (await PollAsync(await run.BeginAttemptAsync("turn-1"), 2)).ShouldBe(["answer 1", "answer 2"]);
        (await run.ReadAllAsync()).Count(e => e.Type == "attempt.started").ShouldBe(2);
    }

    [Fact]
    public async Task Attempts_SideBySide_HaveTheirOwnOccurrences()
    {
        var run = Runs.GetRun(NewId());
        var attempts = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => run.BeginAttemptAsync($"agent-{n}")));
        var answers = await Task.WhenAll(attempts.Select(a => Task.Run(() => PollAsync(a, 2))));

        Calls.ShouldBe(8);
        for (var i = 0; i < 4; i++)
        {
            (await PollAsync(await Runs.GetRun(run.Id).BeginAttemptAsync($"agent-{i}"), 2)).ShouldBe(answers[i]);
        }

        // Beyond its own answers an attempt calls, whatever others were answered meanwhile.
        (await PollAsync(await Runs.GetRun(run.Id).BeginAttemptAsync("agent-0"), 3)).ShouldBe([.. answers[0], "answer 9"]);
        var branch = await run.ForkAsync(await run.GetLengthAsync());
        (await PollAsync(await branch.BeginAttemptAsync("agent-1"), 2)).ShouldBe(answers[1]);
    }

    [Fact]
    public async Task Agents_WithNames_OnOneHandle_HaveTheirOwnOccurrences()
    {
        var id = NewId();
        string[] names = ["planner", "writer"];
        var run = Runs.GetRun(id);
        var (answers, again) = (await PollEachAsync(run, names), await PollEachAsync(Runs.GetRun(id), ["writer", "planner"]));

        Calls.ShouldBe(4);
        again.ShouldBe(answers, ignoreOrder: true);
        var branch = await run.ForkAsync();
        (await PollEachAsync(branch, names)).ShouldBe(answers);

        async Task<List<string>> PollEachAsync(Run handle, string[] agents)
        {
            var said = new List<string>();
            var open = agents.Select(_ => new TaskCompletionSource()).ToList();
            var polls = agents.Select((name, n) => Task.Run(async () =>
            {
                using var scope = AgentScope.Open(name);
                using var inner = AgentScope.Open();
                open[n].SetResult();
                await Task.WhenAll(open.Select(o => o.Task));
                return $"{name}: {string.Join(", ", await PollAsync(handle, 2))}";
            }));
            foreach (var poll in polls.ToList())
            {
                said.Add(await poll);
            }

            return said;
        }
    }

    [Fact]
    public async Task Agents_WithoutNames_AtOnceOnOneHandle_AreRefusedTheSameCall_AndOneAfterTheOtherAreNot()
    {
        var run = Runs.GetRun(NewId());
        using (AgentScope.Open())
        {
            await PollAsync(run, 1);
            using var inner = AgentScope.Open();
            await PollAsync(run, 1);
        }

        var (polled, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = Task.Run(async () =>
        {
            using var scope = AgentScope.Open();
            await PollAsync(run, 1);
            polled.SetResult();
            await mayEnd.Task;
        });
        await polled.Task;
        await Task.Run(async () =>
        {
            using var scope = AgentScope.Open();
            (await Should.ThrowAsync<InvalidOperationException>(() => PollAsync(run, 1))).Message.ShouldBe(
                $"Two agents that share a handle of '{run.StreamName}' make the same call of kind 'tool', and run again they could not tell their answers apart. "
                + "Give each its name (AgentScope.Open(\"planner\")), or a handle of its own (BeginAttemptAsync).");
            await run.CallAsync("tool", """{"tool":"other"}""", CallAsync);
            await PollAsync(await run.BeginAttemptAsync("mine"), 1);
        });
        mayEnd.SetResult();
        await first;

        (await PollAsync(run, 1)).ShouldBe(["answer 6"]);
        Should.Throw<ArgumentException>(() => AgentScope.Open(" "));
    }

    [Fact]
    public async Task Call_InsideItself_IsRefused()
    {
        var run = Runs.GetRun(NewId());

        var refused = await Should.ThrowAsync<InvalidOperationException>(
            () => run.CallAsync("llm", "1", async (_, token) => new CallResponse((await run.CallAsync("llm", "1", CallAsync, cancellationToken: token)).Response)));

        refused.Message.ShouldBe($"The call of kind 'llm' in '{run.StreamName}' makes the same call inside itself, and would wait for itself forever.");
    }

    [Fact]
    public async Task Tool_ThatFails_IsRepeatedAsTheSameOccurrence()
    {
        var run = Runs.GetRun(NewId());
        await PollAsync(run, 1);
        await Should.ThrowAsync<TimeoutException>(() => run.CallAsync("tool", Poll, (_, _) => throw new TimeoutException()));
        (await PollAsync(run, 2)).ShouldBe(["answer 2", "answer 3"]);

        (await PollAsync(Runs.GetRun(run.Id), 3)).ShouldBe(["answer 1", "answer 2", "answer 3"]);
    }

    [Fact]
    public async Task Tool_CalledInParallel_EveryCallIsMade_AndAnsweredWhenRunAgain()
    {
        var run = Runs.GetRun(NewId());
        var both = new TaskCompletionSource();
        var under = 0;
        async Task<CallResponse> Together(CallContext context, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref under) == 4)
            {
                both.SetResult();
            }

            // Would never end if identical calls of one agent waited for each other.
            await both.Task;
            return await CallAsync(context, cancellationToken);
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => run.CallAsync("tool", Poll, Together)));
        answers.Select(a => a.Text).Order().ShouldBe(["answer 1", "answer 2", "answer 3", "answer 4"]);

        (await PollAsync(Runs.GetRun(run.Id), 4)).Order().ShouldBe(["answer 1", "answer 2", "answer 3", "answer 4"]);
        Calls.ShouldBe(4);
    }

    [Fact]
    public async Task Tool_RecordedByHand_EachIsAnOccurrence()
    {
        var run = Runs.GetRun(NewId());
        foreach (var n in new[] { 1, 2 })
        {
            var called = new NewEvent(new UntypedEvent("tool.called", JsonElement.Parse(Poll)));
            await run.AppendAsync([called, new NewEvent(new ToolReturned($"{called.Id}", JsonElement.Parse($"\"by hand {n}\"")))]);
        }

        (await PollAsync(run, 3)).ShouldBe(["by hand 1", "by hand 2", "answer 1"]);
    }

    [Fact]
    public async Task Once_IsTheFirstAnswerOfTheHistory_WhicheverAttemptItWasGivenTo()
    {
        var run = Runs.GetRun(NewId());
        (await PollAsync(await run.BeginAttemptAsync("turn-1"), 2)).ShouldBe(["answer 1", "answer 2"]);

        var once = new CallOptions { Reuse = CallReuse.Once };
        (await Runs.GetRun(run.Id).CallAsync("tool", Poll, CallAsync, once)).Text.ShouldBe("answer 1");
        (await (await run.BeginAttemptAsync("turn-2")).CallAsync("tool", Poll, CallAsync, once)).Text.ShouldBe("answer 1");
    }

    [Fact]
    public async Task OpenCalls_AreListedFromTheOldest()
    {
        var run = Runs.GetRun(NewId());
        var requests = Enumerable.Range(0, 4).Select(n => $$"""{"tool":"slow","n":{{n}}}""").ToArray();
        var ends = new TaskCompletionSource();
        var calls = new List<Task>();
        foreach (var request in requests)
        {
            var begun = new TaskCompletionSource();
            calls.Add(run.CallAsync("tool", request, async (_, _) =>
            {
                begun.SetResult();
                await ends.Task;
                return CallResponse.OfText("done");
            }));
            await begun.Task;
        }

        var open = await run.ListOpenCallsAsync();
        var written = (await run.ReadAllAsync()).Where(e => e.Type == "tool.called").Select(e => e.Id);
        open.Select(c => c.RequestId).ShouldBe(written);
        ends.SetResult();
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task Tool_ReturnedWithoutAResult_IsNoAnswer()
    {
        var run = Runs.GetRun(NewId());
        var called = new NewEvent(new UntypedEvent("tool.called", JsonElement.Parse(Poll)));
        await run.AppendAsync([called, new NewEvent(new UntypedEvent("tool.returned", JsonElement.Parse($$"""{"call_id":"{{called.Id}}"}""")))]);

        (await PollAsync(run, 1)).ShouldBe(["answer 1"]);
    }

    [Theory]
    [InlineData(CallReuse.Once, 1)]
    [InlineData(CallReuse.ByOccurrence, 3)]
    [InlineData(CallReuse.Never, 6)]
    public async Task Reuse_OfACall_ComesBeforeThatOfItsKind(CallReuse reuse, int calls)
    {
        var id = NewId();
        foreach (var run in new[] { Runs.GetRun(id), Runs.GetRun(id) })
        {
            for (var i = 0; i < 3; i++)
            {
                await run.CallAsync("llm", "\"?\"", CallAsync, new CallOptions { Reuse = reuse });
            }
        }

        Calls.ShouldBe(calls);
        (await Runs.GetRun(id).GetUsageAsync()).Whole.Calls.ShouldBe(calls);
    }

    [Fact]
    public async Task Reuse_OfAKind_IsAnOptionOfTheLedger()
    {
        var ledger = new AgentLedger(Store, new AgentLedgerOptions { CallReuse = new Dictionary<string, CallReuse> { ["llm"] = CallReuse.Never } });
        var run = ledger.GetRun(NewId());
        foreach (var kind in new[] { "llm", "llm", "tool", "tool" })
        {
            await run.CallAsync(kind, Poll, CallAsync);
        }

        Calls.ShouldBe(3);
    }

    [Fact]
    public async Task ForkBefore_ThenAnswer_TheAgentRunsOnWithTheOtherResult()
    {
        var run = Runs.GetRun(NewId());
        await AgentAsync(run);
        var call = (await run.ReadAllAsync()).Where(e => e.Type == "tool.called").ElementAt(1);
        var calls = Calls;

        var branch = await run.ForkBeforeAsync(call.Id, new ForkOptions { Name = "what if" });
        await branch.AnswerAsync(call.Id, CallResponse.OfText("other"));
        var seen = await AgentAsync(Runs.GetRun(run.Id), branch);

        seen.ShouldBe(["answer 1", "answer 2", "other", "answer 5"]);
        Calls.ShouldBe(calls + 1, "only the model's answer to the other result is new");
        await Should.ThrowAsync<ArgumentException>(() => run.ForkBeforeAsync(Guid.NewGuid()));

        // A model, the same tool twice, and a model that is shown what came of it.
        async Task<List<string?>> AgentAsync(Run original, Run? on = null)
        {
            var agent = on ?? original;
            var results = new List<string?> { (await agent.CallAsync("llm", "\"plan\"", CallAsync)).Text };
            results.AddRange(await PollAsync(agent, 2));
            results.Add((await agent.CallAsync("llm", JsonSerializer.Serialize(results), CallAsync)).Text);
            return results;
        }
    }
}
