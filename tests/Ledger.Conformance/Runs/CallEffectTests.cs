using System.Text.Json;
using Ledger.Conformance.Decorators;
using Ledger.Events;
using Ledger.Log;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>What becomes of a call whose end is unknown, and of answers from outside.</summary>
public abstract class CallEffectTests(ITestEngine engine) : PolledToolTests(engine)
{
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
            catch (CallAnsweredException)
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
        (await branch.CallOnceAsync("tool", Poll, _ => throw new InvalidOperationException())).Altered.ShouldBeNull("the first by hand is whole");
        (await branch.ReadAllAsync()).Single(e => e.Metadata.Headers.ContainsKey("response_altered")).Type.ShouldBe("tool.returned");
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
        (await Runs.ListOpenCallsAsync()).Where(c => c.Stream == run.StreamName).ShouldBe([new RunCall(run.StreamName, open)]);
        Calls.ShouldBe(0);

        await run.ReleaseCallAsync(open.RequestId, "seen at the callee");
        (await Runs.ListOpenCallsAsync()).ShouldNotContain(c => c.Stream == run.StreamName);
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
        (await Should.ThrowAsync<CallAnsweredException>(() => run.AnswerAsync(hung.RequestId, CallResponse.OfText("again"))))
            .Message.ShouldBe($"'run:{id}' has an answer to the call '{hung.RequestId}'. Fork before the call with ForkBeforeAsync, and answer it there.");
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
        Calls.ShouldBe(calls);
        if (calls > 0)
        {
            Last.ShouldBe(hung with { RequestId = Last!.RequestId, Attempt = 2 });
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
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reconcile_MadeAfterItWasReleased_IsRecorded_AndNotMadeAgain(bool isUnderABudget)
    {
        var (run, hung) = await BeginAndHangAsync(isUnderABudget);
        var (asked, mayAnswer) = (new TaskCompletionSource(), new TaskCompletionSource());
        var late = new AgentLedger(Store, Impatient).GetRun(run.Id).CallAsync("tool", Poll, CallAsync, Reconciling(async () =>
        {
            asked.TrySetResult();
            await mayAnswer.Task;
            return Paid;
        }));
        await asked.Task;
        if (isUnderABudget)
        {
            await ReleaseAndDieAsync(run.Id);
        }
        else
        {
            await run.ReleaseCallAsync(hung.RequestId);
        }

        mayAnswer.SetResult();
        (await late).Text.ShouldBe("as it was");
        (await run.CallAsync("tool", Poll, CallAsync)).Text.ShouldBe("as it was");
        Calls.ShouldBe(0);
        (await run.ListOpenCallsAsync()).ShouldBeEmpty();
        (await run.GetBudgetAsync())?.Spent.ShouldBe(new BudgetAmount(0.5m, 0, 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reconcile_NotMadeAsItsCalleeSaid_IsAskedAboutOnceMore_UnlessSomeoneReleasesIt(bool isReleased)
    {
        var (run, hung) = await BeginAndHangAsync(isUnderABudget: true);
        await ReleaseAndDieAsync(run.Id);
        (await run.ListOpenCallsAsync()).ShouldBeEmpty();

        var unknown = await Should.ThrowAsync<CallUnknownException>(
            () => run.CallAsync("tool", Poll, CallAsync, Reconciling(() => Task.FromResult(CallReconciliation.Unknown))));
        unknown.RequestId.ShouldBe(hung.RequestId);
        if (isReleased)
        {
            await run.ReleaseCallAsync(hung.RequestId);
        }

        var answer = await run.CallAsync("tool", Poll, CallAsync, Reconciling(() => isReleased ? throw new InvalidOperationException("asked") : Task.FromResult(Paid)));
        (answer.Text, Calls).ShouldBe(isReleased ? ("answer 1", 1) : ("as it was", 0));
    }

    [Fact]
    public async Task Refuse_NotMadeAsItsCalleeSaid_IsRefused_BecauseItsMakerMayHaveDied()
    {
        var (run, hung) = await BeginAndHangAsync(isUnderABudget: true);
        await ReleaseAndDieAsync(run.Id);

        var unknown = await Should.ThrowAsync<CallUnknownException>(
            () => run.CallAsync("tool", Poll, CallAsync, new CallOptions { Effects = EffectPolicy.Refuse }));

        (unknown.RequestId, Calls).ShouldBe((hung.RequestId, 0));
    }

    [Fact]
    public async Task Request_WrittenAfterAnEarlierAttemptWasAnswered_IsNotMade()
    {
        var (run, hung) = await BeginAndHangAsync(isUnderABudget: false);
        var store = new CountingStore(Store, number => number == 1 ? run.AnswerAsync(hung.RequestId, CallResponse.OfText("as it was")) : Task.CompletedTask);

        (await new AgentLedger(store, Impatient).GetRun(run.Id).CallAsync("tool", Poll, CallAsync)).Text.ShouldBe("as it was");

        Calls.ShouldBe(0);
        (await run.ListOpenCallsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Reconcile_WhileOthersWriteAllTheTime_IsRecordedAfterAFewTries()
    {
        var (run, _) = await BeginAndHangAsync(isUnderABudget: false);
        var store = new CountingStore(Store, number => number <= 20 ? run.AppendAsync([Labelled($"{number}")]) : Task.CompletedTask);

        var answer = await new AgentLedger(store, Impatient).GetRun(run.Id).CallAsync("tool", Poll, CallAsync, Reconciling(() => Task.FromResult(Paid)));

        (answer.Text, Calls).ShouldBe(("as it was", 0));
        store.Appends.ShouldBeLessThanOrEqualTo(6);
    }

    [Fact]
    public async Task OpenCalls_OfAnArchivedRun_AreNotListed()
    {
        var (run, hung) = await BeginAndHangAsync(isUnderABudget: false);
        (await Runs.ListOpenCallsAsync()).ShouldContain(c => c.Call.RequestId == hung.RequestId);

        await Store.ArchiveAsync(run.StreamName);

        (await Runs.ListOpenCallsAsync()).ShouldNotContain(c => c.Call.RequestId == hung.RequestId);
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
        var first = Last!;
        await PollAsync(run, 2);
        var third = Last!;
        var branch = await run.ForkAsync(new Position(1));
        await PollAsync(branch, 1);
        var onBranch = Last!;

        (first.Attempt, third.Attempt, onBranch.Attempt).ShouldBe((1, 1, 1));
        new[] { first.IdempotencyKey, third.IdempotencyKey, onBranch.IdempotencyKey }.ShouldBeUnique();
        onBranch.Stream.ShouldBe(branch.StreamName);

        Task<CallResponse> Failing(CallContext context, CancellationToken cancellationToken)
        {
            Last = context;
            throw new FormatException();
        }
    }

    private static CallReconciliation Paid => CallReconciliation.Made(CallResponse.OfText("as it was") with { CostUsd = 0.5m });

    private static CallOptions Reconciling(Func<Task<CallReconciliation>> ask) =>
        new() { Effects = EffectPolicy.Reconcile, Reconcile = (_, _) => ask() };

    private async Task<(Run Run, CallContext Hung)> BeginAndHangAsync(bool isUnderABudget)
    {
        var run = new AgentLedger(Store, Impatient).GetRun(NewId());
        if (isUnderABudget)
        {
            await run.SetBudgetAsync(new BudgetAmount());
        }

        return (run, await BeginAndHangAsync(run.Id));
    }

    /// <summary>Another process is told that the call was not made, and dies before it makes it.</summary>
    private async Task ReleaseAndDieAsync(string id)
    {
        var dying = new CountingStore(Store, number => number >= 2 ? throw new IOException("cut") : Task.CompletedTask);
        await Should.ThrowAsync<IOException>(() => new AgentLedger(dying, Impatient).GetRun(id).CallAsync(
            "tool", Poll, CallAsync, Reconciling(() => Task.FromResult(CallReconciliation.NotMade))));
    }

    /// <summary>A clock whose waits are over at once.</summary>
    private sealed class NoWait : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
