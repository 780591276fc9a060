using System.Text.Json;
using Ledger.Conformance.Decorators;
using Ledger.Events;
using Ledger.Log;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>Which recorded answer counts, and what happens to a call whose end is unknown.</summary>
public abstract class CallPolicyTests(ITestEngine engine) : EventStoreTests(engine)
{
    private const string Poll = """{"tool":"status","arguments":{"job":7}}""";

    private static readonly AgentLedgerOptions Impatient = new() { CallLease = TimeSpan.FromTicks(1) };

    private int _calls;

    [Fact]
    public async Task Tool_PolledInALoop_IsCalledEachTime_AndAnsweredWhenRunAgain()
    {
        var run = Runs.GetRun(NewId());
        (await PollAsync(run, 3)).ShouldBe(["answer 1", "answer 2", "answer 3"]);

        var again = Runs.GetRun(run.Id);
        (await PollAsync(again, 4)).ShouldBe(["answer 1", "answer 2", "answer 3", "answer 4"]);

        _calls.ShouldBe(4);
        (await PollAsync(Runs.GetRun(run.Id), 4)).ShouldBe(["answer 1", "answer 2", "answer 3", "answer 4"]);
        _calls.ShouldBe(4);
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

        _calls.ShouldBe(8);
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
    public async Task Caller_StoppedBetweenRequestAndCall_LeavesNoOpenCall()
    {
        var id = NewId();
        using var stop = new CancellationTokenSource();
        var stopping = new CountingStore(Store, after: append => append == 1 ? stop.CancelAsync() : Task.CompletedTask);
        await Should.ThrowAsync<OperationCanceledException>(
            () => new AgentLedger(stopping).GetRun(id).CallAsync("tool", Poll, CallAsync, new CallOptions { Effects = EffectPolicy.Refuse }, stop.Token));

        var run = Runs.GetRun(id);
        (await run.ListOpenCallsAsync()).ShouldBeEmpty();
        (await run.CallAsync("tool", Poll, CallAsync, new CallOptions { Effects = EffectPolicy.Refuse })).Text.ShouldBe("answer 1");
    }

    [Fact]
    public async Task Answer_ThatCannotBeRecorded_IsTriedAgain_AndThenGivenToTheCaller()
    {
        var (flaky, broken) = (NewId(), NewId());
        var failing = new CountingStore(Store, append => append == 2 ? throw new IOException("cut") : Task.CompletedTask);
        (await new AgentLedger(failing, timeProvider: new NoWait()).GetRun(flaky).CallAsync("tool", Poll, CallAsync)).Text.ShouldBe("answer 1");
        var dead = new CountingStore(Store, append => append >= 2 ? throw new IOException("cut") : Task.CompletedTask);
        var lost = await Should.ThrowAsync<CallNotRecordedException>(
            () => new AgentLedger(dead, timeProvider: new NoWait()).GetRun(broken).CallAsync("tool", Poll, CallAsync));

        lost.Response.GetString().ShouldBe("answer 2");
        lost.Message.ShouldBe($"A call of kind 'tool' in 'run:{broken}' was made, and its answer could not be recorded: cut");

        // Nobody waits for a caller of this process that has ended.
        var open = (await Runs.GetRun(broken).ListOpenCallsAsync()).ShouldHaveSingleItem();
        open.IsUnknown.ShouldBeTrue();
        await Runs.GetRun(broken).AnswerAsync(open.RequestId, new CallResponse(lost.Response));
        (await Runs.GetRun(broken).CallAsync("tool", Poll, CallAsync)).Text.ShouldBe("answer 2");
    }

    [Fact]
    public async Task Headers_OfAnotherRequest_DoNotDecideWhichOccurrenceThisIs()
    {
        var run = Runs.GetRun(NewId());
        await PollAsync(run, 3);
        var third = (await run.ReadAllAsync()).Last(e => e.Type == "tool.called");

        (await run.CallAsync("tool", "7", CallAsync, new CallOptions { Metadata = third.Metadata })).Text.ShouldBe("answer 4");
        var branch = await run.ForkAsync(Position.Start);
        var first = (await run.ReadAllAsync()).First(e => e.Type == "tool.called");
        await branch.AnswerAsync(first.Id, CallResponse.OfText("other"), third.Metadata);
        (await PollAsync(branch, 1)).ShouldBe(["other"]);
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
    public async Task Answer_OfSeveralAtOnce_OneIsRecorded()
    {
        var id = NewId();
        var hung = await BeginAndHangAsync(id);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(async () =>
        {
            try
            {
                await Runs.GetRun(id).AnswerAsync(hung.RequestId, CallResponse.OfText($"{n}") with { CostUsd = 1 });
                return 1;
            }
            catch (ArgumentException)
            {
                return 0;
            }
        })));

        answers.Sum().ShouldBe(1);
        (await Runs.GetRun(id).GetUsageAsync()).Whole.CostUsd.ShouldBe(1);
    }

    [Fact]
    public async Task Answer_ToACallOfAnotherRun_IsRefused_AndToTheSecondByHandIsPlacedThere()
    {
        var run = Runs.GetRun(NewId());
        var calls = Enumerable.Range(0, 2).Select(_ => new NewEvent(new UntypedEvent("tool.called", JsonElement.Parse(Poll)))).ToList();
        await run.AppendAsync([.. calls.SelectMany((c, n) => new object[] { c, new NewEvent(new ToolReturned($"{c.Id}", JsonElement.Parse($"\"by hand {n}\""))) })]);

        await Should.ThrowAsync<ArgumentException>(() => Runs.GetRun(NewId()).AnswerAsync(calls[0].Id, CallResponse.OfText("planted")));
        var branch = await run.ForkBeforeAsync(calls[1].Id);
        await branch.AnswerAsync(calls[1].Id, CallResponse.OfText("a\0b"));
        (await PollAsync(branch, 2)).ShouldBe(["by hand 0", "a\uFFFDb"]);
    }

    [Fact]
    public async Task Price_ThatThrows_LosesNoAnswer()
    {
        var ledger = new AgentLedger(Store, new AgentLedgerOptions { Price = _ => throw new KeyNotFoundException() });

        var answer = await ledger.GetRun(NewId()).CallAsync("llm", "1", CallAsync, new CallOptions { Effects = EffectPolicy.Refuse });

        (answer.Text, answer.Cost.Usd).ShouldBe(("answer 1", null));
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
        _calls.ShouldBe(4);
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

        _calls.ShouldBe(calls);
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

        _calls.ShouldBe(3);
    }

    [Fact]
    public async Task Refuse_CallerGone_IsUnknown_UntilItIsReleased()
    {
        var id = NewId();
        var hung = await BeginAndHangAsync(id);
        var run = new AgentLedger(await Engine.OpenAgainAsync(Store), Impatient).GetRun(id);
        var refuse = new CallOptions { Effects = EffectPolicy.Refuse };

        var unknown = await Should.ThrowAsync<CallUnknownException>(() => run.CallAsync("tool", Poll, CallAsync, refuse));
        await Should.ThrowAsync<CallUnknownException>(() => run.CallAsync("tool", Poll, CallAsync, refuse));

        unknown.Message.ShouldBe(
            $"A call of kind 'tool' in 'run:{id}' was begun by {unknown.Owner} and its end is unknown; it may have had its effect. "
            + $"Find out, then record its answer with AnswerAsync, or allow it again with ReleaseCallAsync; the call is '{hung.RequestId}'.");
        var open = (await run.ListOpenCallsAsync()).ShouldHaveSingleItem();
        (open.RequestId, open.Kind, open.Owner, open.IsUnknown).ShouldBe((hung.RequestId, "tool", unknown.Owner, true));
        _calls.ShouldBe(0);

        await run.ReleaseCallAsync(open.RequestId, "seen at the callee");
        (await run.CallAsync("tool", Poll, CallAsync, refuse)).Text.ShouldBe("answer 1");
        (await run.ListOpenCallsAsync()).ShouldBeEmpty();
        (await run.ReadAllAsync()).Select(e => e.Type).ShouldBe(["tool.called", "call.unknown", "call.released", "tool.called", "tool.returned"]);
        await Should.ThrowAsync<ArgumentException>(() => run.ReleaseCallAsync(open.RequestId));
    }

    [Fact]
    public async Task Refuse_AnsweredFromOutside_IsAnswered()
    {
        var id = NewId();
        var hung = await BeginAndHangAsync(id);
        var run = new AgentLedger(await Engine.OpenAgainAsync(Store), Impatient).GetRun(id);
        await Should.ThrowAsync<CallUnknownException>(() => run.CallAsync("tool", Poll, CallAsync, new CallOptions { Effects = EffectPolicy.Refuse }));

        var answer = await run.AnswerAsync(hung.RequestId, CallResponse.OfText("done after all"), new EventMetadata { Actor = "operator" });

        (await run.CallAsync("tool", Poll, CallAsync)).ShouldSatisfyAllConditions(
            a => a.Text.ShouldBe("done after all"), a => a.ResponseId.ShouldBe(answer.ResponseId), a => a.IsFromLog.ShouldBeTrue());
        (await run.ReadAllAsync())[answer.Position.Value switch { var p => (int)p }].Metadata.Actor.ShouldBe("operator");
        (await Should.ThrowAsync<ArgumentException>(() => run.AnswerAsync(hung.RequestId, CallResponse.OfText("again"))))
            .Message.ShouldStartWith($"'run:{id}' has an answer to the call '{hung.RequestId}'. Fork before the call with ForkBeforeAsync, and answer it there.");
        await Should.ThrowAsync<ArgumentException>(() => run.AnswerAsync(Guid.NewGuid(), CallResponse.OfText("of nothing")));
    }

    [Theory]
    [InlineData("made", "as it was", 0)]
    [InlineData("not made", "answer 1", 1)]
    public async Task Reconcile_CallerGone_AsksWhatBecameOfIt(string found, string expected, int calls)
    {
        var id = NewId();
        var hung = await BeginAndHangAsync(id);
        var run = new AgentLedger(await Engine.OpenAgainAsync(Store), Impatient).GetRun(id);
        var asked = new List<CallContext>();
        var options = new CallOptions
        {
            Effects = EffectPolicy.Reconcile,
            Reconcile = (context, _) =>
            {
                asked.Add(context);
                return Task.FromResult(found == "made" ? CallReconciliation.Made(CallResponse.OfText("as it was")) : CallReconciliation.NotMade);
            },
        };

        (await run.CallAsync("tool", Poll, CallAsync, options)).Text.ShouldBe(expected);

        asked.ShouldBe([hung]);
        _calls.ShouldBe(calls);
        if (calls > 0)
        {
            _last.ShouldBe(hung with { RequestId = _last!.RequestId, Attempt = 2 });
        }
    }

    [Fact]
    public async Task Reconcile_CannotTell_IsUnknown_AndNeedsACallback()
    {
        var id = NewId();
        await BeginAndHangAsync(id);
        var run = new AgentLedger(await Engine.OpenAgainAsync(Store), Impatient).GetRun(id);
        var options = new CallOptions { Effects = EffectPolicy.Reconcile, Reconcile = (_, _) => Task.FromResult(CallReconciliation.Unknown) };

        await Should.ThrowAsync<CallUnknownException>(() => run.CallAsync("tool", Poll, CallAsync, options));

        (await run.ReadAllAsync())[^1].Type.ShouldBe("call.unknown");
        (await Should.ThrowAsync<ArgumentException>(() => run.CallAsync("tool", Poll, CallAsync, options with { Reconcile = null })))
            .Message.ShouldBe("EffectPolicy.Reconcile needs CallOptions.Reconcile. (Parameter 'options')");
    }

    [Theory]
    [InlineData(EffectPolicy.Repeat, "call.failed")]
    [InlineData(EffectPolicy.Refuse, "call.unknown")]
    public async Task CutOff_MidwayThroughACall_IsAFailureOnlyWhereItMayBeRepeated(EffectPolicy effects, string type)
    {
        var run = Runs.GetRun(NewId());
        await Should.ThrowAsync<TimeoutException>(
            () => run.CallAsync("tool", Poll, (_, _) => throw new TimeoutException(), new CallOptions { Effects = effects }));
        (await run.ReadAllAsync())[^1].Type.ShouldBe(type);

        // What a call has done that failed after it went out is not known, however it failed; a callee that refuses says that it has done nothing.
        await Should.ThrowAsync<FormatException>(
            () => run.CallAsync("late", Poll, (_, _) => throw new FormatException(), new CallOptions { Effects = effects }));
        (await run.ReadAllAsync())[^1].Type.ShouldBe(type);
        await Should.ThrowAsync<InvalidOperationException>(
            () => run.CallAsync("nothing", Poll, (_, _) => Task.FromResult<CallResponse>(null!), new CallOptions { Effects = effects }));
        (await run.ReadAllAsync())[^1].Type.ShouldBe(type);
        await Should.ThrowAsync<CallNotMadeException>(
            () => run.CallAsync("other", Poll, (_, _) => throw new CallNotMadeException("no such invoice"), new CallOptions { Effects = effects }));
        (await run.ReadAllAsync())[^1].Type.ShouldBe("call.failed");
    }

    [Fact]
    public async Task IdempotencyKey_IsOneForAnOccurrence_AndAnotherOnABranch()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([Labelled("before")]);
        await Should.ThrowAsync<FormatException>(() => run.CallAsync("tool", Poll, Failing));
        var first = _last!;
        await PollAsync(run, 2);
        var third = _last!;
        var branch = await run.ForkAsync(new Position(1));
        await PollAsync(branch, 1);
        var onBranch = _last!;

        (first.Attempt, third.Attempt, onBranch.Attempt).ShouldBe((1, 1, 1));
        new[] { first.IdempotencyKey, third.IdempotencyKey, onBranch.IdempotencyKey }.ShouldBeUnique();
        onBranch.Stream.ShouldBe(branch.StreamName);

        Task<CallResponse> Failing(CallContext context, CancellationToken cancellationToken)
        {
            _last = context;
            throw new FormatException();
        }
    }

    [Fact]
    public async Task ForkBefore_ThenAnswer_TheAgentRunsOnWithTheOtherResult()
    {
        var run = Runs.GetRun(NewId());
        await AgentAsync(run);
        var call = (await run.ReadAllAsync()).Where(e => e.Type == "tool.called").ElementAt(1);
        var calls = _calls;

        var branch = await run.ForkBeforeAsync(call.Id, new ForkOptions { Name = "what if" });
        await branch.AnswerAsync(call.Id, CallResponse.OfText("other"));
        var seen = await AgentAsync(Runs.GetRun(run.Id), branch);

        seen.ShouldBe(["answer 1", "answer 2", "other", "answer 5"]);
        _calls.ShouldBe(calls + 1, "only the model's answer to the other result is new");
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

    private CallContext? _last;

    private Task<CallResponse> CallAsync(CallContext context, CancellationToken cancellationToken)
    {
        _last = context;
        return Task.FromResult(CallResponse.OfText($"answer {Interlocked.Increment(ref _calls)}"));
    }

    private async Task<IReadOnlyList<string?>> PollAsync(Run run, int times)
    {
        var answers = new List<string?>();
        for (var i = 0; i < times; i++)
        {
            answers.Add((await run.CallAsync("tool", Poll, CallAsync)).Text);
        }

        return answers;
    }

    /// <summary>Begins the call and never ends it, as a process that dies does.</summary>
    private async Task<CallContext> BeginAndHangAsync(string id)
    {
        var begun = new TaskCompletionSource<CallContext>();
        _ = Runs.GetRun(id).CallAsync("tool", Poll, async (context, _) =>
        {
            begun.SetResult(context);
            await new TaskCompletionSource().Task;
            return CallResponse.OfText("never");
        });
        return await begun.Task;
    }

    /// <summary>A clock whose waits are over at once.</summary>
    private sealed class NoWait : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
