using System.Text.Json;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>What an agent that is run again is told of a tool that failed.</summary>
public abstract class ToolFailureTests(ITestEngine engine) : PolledToolTests(engine)
{
    private int _decisions;

    [Fact]
    public async Task Tool_ThatFailed_AndTheAgentWentOn_FailsAgain_WhenTheAgentIsRunAgain()
    {
        var run = Runs.GetRun(NewId());
        var told = await RunAgentAsync(run, failing: 1);
        told.ShouldBe(["TimeoutException: too slow", "decided 1", "answer 2", "decided 2"]);

        var again = new AgentLedger(await Engine.OpenAgainAsync(Store)).GetRun(run.Id);
        var toldAgain = await RunAgentAsync(again, failing: 0);

        toldAgain.ShouldBe(["RecordedFailureException: too slow", "decided 1", "answer 2", "decided 2"]);
        (Calls, _decisions).ShouldBe((2, 2));
        (await run.ReadAllAsync()).Count(e => e.Type is "tool.called" or "llm.request").ShouldBe(4);
    }

    [Fact]
    public async Task Tool_ThatFailed_AndNothingFollowed_IsCalled_WhenTheAgentIsRunAgain()
    {
        var run = Runs.GetRun(NewId());
        await Should.ThrowAsync<TimeoutException>(() => run.CallAsync("tool", Poll, Fail));

        (await PollAsync(Runs.GetRun(run.Id), 1)).ShouldBe(["answer 1"]);
    }

    [Theory]
    [InlineData(EffectPolicy.Refuse)]
    [InlineData(EffectPolicy.Reconcile)]
    public async Task Tool_WithAnEffect_ThatFailed_AndTheAgentWentOn_FailsAgain_AndIsNotMade(EffectPolicy effects)
    {
        var run = Runs.GetRun(NewId());
        var options = new CallOptions { Effects = effects, Reconcile = (_, _) => Task.FromResult(CallReconciliation.NotMade) };
        (await PayAsync(run, options, Fail)).ShouldBe("too slow");

        var events = await run.ReadAllAsync();
        events.Select(e => e.Type).ShouldBe(["tool.called", "call.unknown", "llm.request", "llm.response"]);
        events[2].Metadata.Causes.ShouldBe([events[1].Id]);

        // In another process, and on a branch.
        var again = new AgentLedger(await Engine.OpenAgainAsync(Store)).GetRun(run.Id);
        var branch = await run.ForkAsync();
        foreach (var handle in new[] { again, branch })
        {
            (await PayAsync(handle, options, CallAsync)).ShouldBe("too slow");
        }

        (Calls, _decisions).ShouldBe((0, 1));
        (await run.ListOpenCallsAsync()).ShouldHaveSingleItem().IsUnknown.ShouldBeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tool_WhoseCallerDied_AndTheAgentWentOnFromTheRefusal_IsRefusedInTheSameWords(bool hasFailedFirst)
    {
        var run = Runs.GetRun(NewId());
        var refuse = new CallOptions { Effects = EffectPolicy.Refuse };
        if (hasFailedFirst)
        {
            await Should.ThrowAsync<TimeoutException>(() => run.CallAsync("tool", Poll, Fail, refuse));
        }
        else
        {
            await BeginAndHangAsync(run.Id);
        }

        var refused = await PayAsync(Runs.GetRun(run.Id), refuse, CallAsync);
        refused.ShouldStartWith($"A call of kind 'tool' in '{run.StreamName}' was begun by ");

        (await PayAsync(Runs.GetRun(run.Id), refuse, CallAsync)).ShouldBe(refused);
        (await PayAsync(await run.ForkAsync(), refuse, CallAsync)).ShouldBe(refused);
        (Calls, _decisions).ShouldBe((0, 1));

        // What became of it counts for the next call of the agent.
        await run.AnswerAsync((await run.ListOpenCallsAsync()).Single().RequestId, CallResponse.OfText("paid"));
        var settled = Runs.GetRun(run.Id);
        (await PayAsync(settled, refuse, CallAsync)).ShouldBe(refused);
        (await settled.CallAsync("tool", Poll, CallAsync, refuse)).Text.ShouldBe("paid");
        (Calls, _decisions).ShouldBe((0, 1));
    }

    [Fact]
    public async Task Tool_ThatFailed_FailsAgain_OnABranch_AndForNoOtherAttempt()
    {
        var run = Runs.GetRun(NewId());
        await RunAgentAsync(await run.BeginAttemptAsync("turn-1"), failing: 1);
        var branch = await run.ForkAsync(await run.GetLengthAsync());

        (await RunAgentAsync(await branch.BeginAttemptAsync("turn-1"), failing: 0))[0].ShouldBe("RecordedFailureException: too slow");
        (await (await branch.BeginAttemptAsync("turn-2")).CallAsync("tool", Poll, CallAsync)).Text.ShouldBe("answer 3");
    }

    [Fact]
    public async Task IdenticalCalls_SideBySide_OneOfWhichFailed_AreGivenTheirOutcomesInOrder()
    {
        var run = Runs.GetRun(NewId());
        var (begun, failed) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = run.CallAsync("tool", Poll, async (_, _) =>
        {
            await begun.Task;
            throw new TimeoutException("too slow");
        });
        var second = run.CallAsync("tool", Poll, async (context, token) =>
        {
            begun.SetResult();
            await failed.Task;
            return await CallAsync(context, token);
        });
        await Should.ThrowAsync<TimeoutException>(() => first);
        failed.SetResult();
        (await second).Text.ShouldBe("answer 1");
        await DecideAsync(run, "what now", "go on");
        (await run.CallAsync("tool", Poll, CallAsync)).Text.ShouldBe("answer 2");

        var again = Runs.GetRun(run.Id);
        await Should.ThrowAsync<RecordedFailureException>(() => again.CallAsync("tool", Poll, CallAsync));
        (await again.CallAsync("tool", Poll, CallAsync)).Text.ShouldBe("answer 1");
        await DecideAsync(again, "what now", "go on");
        (await again.CallAsync("tool", Poll, CallAsync)).Text.ShouldBe("answer 2");
        (Calls, _decisions).ShouldBe((2, 1));
    }

    /// <summary>An agent that pays, and asks its model what to do if that fails; returns the failure.</summary>
    private async Task<string?> PayAsync(Run run, CallOptions options, Func<CallContext, CancellationToken, Task<CallResponse>> pay)
    {
        try
        {
            await run.CallAsync("tool", Poll, pay, options);
            return null;
        }
        catch (Exception e) when (e is TimeoutException or RecordedFailureException or CallUnknownException)
        {
            await DecideAsync(run, e.Message, "go on");
            return e.Message;
        }
    }

    private Task<CallAnswer> DecideAsync(Run run, string on, string decided) => run.CallAsync("llm", JsonSerializer.Serialize(on), (_, _) =>
    {
        Interlocked.Increment(ref _decisions);
        return Task.FromResult(CallResponse.OfText(decided));
    });

    private static Task<CallResponse> Fail(CallContext context, CancellationToken cancellationToken) => throw new TimeoutException("too slow");

    /// <summary>An agent that tells its model what its tool said, whether that was an answer or a failure.</summary>
    private async Task<List<string?>> RunAgentAsync(Run run, int failing)
    {
        var told = new List<string?>();
        for (var turn = 1; turn <= 2; turn++)
        {
            try
            {
                told.Add((await run.CallAsync("tool", Poll, async (context, token) =>
                {
                    var answer = await CallAsync(context, token);
                    return turn <= failing ? throw new TimeoutException("too slow") : answer;
                })).Text);
            }
            catch (Exception e) when (e is TimeoutException or RecordedFailureException)
            {
                told.Add($"{e.GetType().Name}: {e.Message}");
            }

            var decided = $"decided {turn}";
            told.Add((await DecideAsync(run, told[^1]!.Split(": ")[^1], decided)).Text);
        }

        return told;
    }
}
