using System.Text.Json;
using Ledger.Runs;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>Several callers of one request: one makes the call, the others get its answer.</summary>
public abstract class ConcurrentCallTests(ITestEngine engine) : EventStoreTests(engine)
{
    private int _calls;

    [Theory]
    [InlineData("one handle")]
    [InlineData("one ledger")]
    [InlineData("several ledgers")]
    public async Task CallOnce_ManyAtOnce_OneCall(string sharing)
    {
        var id = NewId();
        var ledger = new AgentLedger(Store);
        var handle = ledger.GetRun(id);
        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => sharing == "several ledgers" ? Engine.OpenAgainAsync(Store) : Task.FromResult(Store)));

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => (sharing switch
        {
            "one handle" => handle,
            "one ledger" => ledger.GetRun(id),
            _ => new AgentLedger(stores[i % stores.Length]).GetRun(id),
        }).CallOnceAsync("llm", "\"?\"", CallAsync))));

        _calls.ShouldBe(1);
        answers.ShouldAllBe(a => a.Text == "answer 1");
        answers.Count(a => !a.IsFromLog).ShouldBe(1);
        var events = await handle.ReadAllAsync();
        events.Select(e => e.Type).ShouldBe(["llm.request", "llm.response", .. Enumerable.Repeat("call.answered", 11)]);
    }

    [Fact]
    public async Task CallOnce_FirstOfTwoFails_TheSecondCalls()
    {
        var id = NewId();
        var isCalled = new TaskCompletionSource();
        var mayFail = new TaskCompletionSource();
        var first = new AgentLedger(Store).GetRun(id).CallOnceAsync("llm", "1", async _ =>
        {
            isCalled.SetResult();
            await mayFail.Task;
            throw new TimeoutException();
        });
        await isCalled.Task;

        var second = new AgentLedger(await Engine.OpenAgainAsync(Store)).GetRun(id).CallOnceAsync("llm", "1", CallAsync);
        mayFail.SetResult();

        await Should.ThrowAsync<TimeoutException>(() => first);
        (await second).ShouldSatisfyAllConditions(a => a.Text.ShouldBe("answer 1"), a => a.IsFromLog.ShouldBeFalse());
    }

    [Fact]
    public async Task CallOnce_OtherCallerGone_IsMadeAgainAndTheFirstResponseCounts()
    {
        var id = NewId();
        var isCalled = new TaskCompletionSource();
        var mayReturn = new TaskCompletionSource();
        var slow = new AgentLedger(Store).GetRun(id).CallOnceAsync("llm", "1", async _ =>
        {
            isCalled.SetResult();
            await mayReturn.Task;
            return CallResponse.OfText("late");
        });
        await isCalled.Task;
        CallOwner.End((await Runs.GetRun(id).ListOpenCallsAsync()).Single().Owner!);
        var impatient = new AgentLedger(await Engine.OpenAgainAsync(Store), new AgentLedgerOptions { CallLease = TimeSpan.FromTicks(1) }).GetRun(id);

        var taken = await impatient.CallOnceAsync("llm", "1", CallAsync);
        mayReturn.SetResult();
        var late = await slow;

        (taken.Text, taken.IsFromLog).ShouldBe(("answer 1", false));
        (late.Text, late.ResponseId).ShouldBe(("answer 1", taken.ResponseId));

        // Both calls were made and cost something; both are in the log.
        (await impatient.GetUsageAsync()).Whole.Calls.ShouldBe(2);
    }

    [Fact]
    public async Task CallOnce_OfAnotherLedgerOfThisProcess_IsWaitedFor_HoweverLongItIsSilent()
    {
        var id = NewId();
        var (isCalled, mayReturn, isAwaited) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        var first = new AgentLedger(Store).GetRun(id).CallOnceAsync("llm", "1", async _ =>
        {
            isCalled.SetResult();
            await mayReturn.Task;
            return CallResponse.OfText("slow");
        });
        await isCalled.Task;

        // A silence of a tick is too long for it, but it can see that the other is at work.
        var options = new AgentLedgerOptions { CallLease = TimeSpan.FromTicks(1) };
        var impatient = new AgentLedger(await Engine.OpenAgainAsync(Store), options, new HookLog(" waits for ", isAwaited.SetResult)).GetRun(id);
        var second = impatient.CallOnceAsync("llm", "1", CallAsync);
        await isAwaited.Task;
        (await impatient.ListOpenCallsAsync()).ShouldHaveSingleItem().IsUnknown.ShouldBeFalse();
        mayReturn.SetResult();

        ((await first).Text, (await second).Text, _calls).ShouldBe(("slow", "slow", 0));
    }

    [Theory]
    [InlineData(EffectPolicy.Repeat)]
    [InlineData(EffectPolicy.Refuse)]
    public async Task CallOnce_OtherCallerEndsBetweenTheReadAndTheLookAtIt_IsAnswered(EffectPolicy effects)
    {
        var id = NewId();
        var isCalled = new TaskCompletionSource();
        var mayReturn = new TaskCompletionSource();
        var first = new AgentLedger(Store).GetRun(id).CallOnceAsync("llm", "1", async _ =>
        {
            isCalled.SetResult();
            await mayReturn.Task;
            return CallResponse.OfText("first");
        });
        await isCalled.Task;

        // What is logged comes after the read that found the call open, and before the look at its caller.
        var log = new HookLog(" waits for ", () =>
        {
            mayReturn.TrySetResult();
            SpinWait.SpinUntil(() => first.IsCompleted);
        });
        var second = await new AgentLedger(await Engine.OpenAgainAsync(Store), logger: log).GetRun(id)
            .CallAsync("llm", JsonElement.Parse("1"), (_, token) => CallAsync(token), new CallOptions { Effects = effects });

        (second.Text, second.IsFromLog, _calls).ShouldBe(("first", true, 0));
        (await ReadAsync(StreamName.Run(id))).Select(e => e.Type).ShouldBe(["llm.request", "llm.response", "call.answered"]);
    }

    [Fact]
    public async Task CallOnce_RecordedByAnotherSinceTheLastLook_IsAnswered()
    {
        var run = new AgentLedger(Store).GetRun(NewId());
        await run.CallOnceAsync("llm", "0", CallAsync);
        var other = new AgentLedger(await Engine.OpenAgainAsync(Store)).GetRun(run.Id);
        await other.CallOnceAsync("llm", "1", CallAsync);
        await Should.ThrowAsync<TimeoutException>(() => other.CallOnceAsync("llm", "2", _ => throw new TimeoutException()));

        var answered = await run.CallOnceAsync("llm", "1", CallAsync);
        var second = await run.CallOnceAsync("llm", "2", CallAsync);

        (answered.Text, answered.IsFromLog, second.Text, second.IsFromLog).ShouldBe(("answer 2", true, "answer 3", false));
        (await run.ReadAllAsync()).Select(e => e.Type).ShouldBe(
            ["llm.request", "llm.response", "llm.request", "llm.response", "llm.request", "call.failed", "call.answered", "llm.request", "llm.response"]);
    }

    [Fact]
    public async Task CallOnce_BegunByAnotherSinceTheLastLook_IsWaitedFor()
    {
        var run = new AgentLedger(Store).GetRun(NewId());
        await run.CallOnceAsync("llm", "0", CallAsync);
        var other = new AgentLedger(await Engine.OpenAgainAsync(Store)).GetRun(run.Id);
        var isCalled = new TaskCompletionSource();
        var mayReturn = new TaskCompletionSource();
        var first = other.CallOnceAsync("llm", "1", async _ =>
        {
            isCalled.SetResult();
            await mayReturn.Task;
            return CallResponse.OfText("of the other");
        });
        await isCalled.Task;

        var second = run.CallOnceAsync("llm", "1", CallAsync);
        mayReturn.SetResult();

        ((await first).Text, (await second).Text, (await second).IsFromLog).ShouldBe(("of the other", "of the other", true));
        _calls.ShouldBe(1);
    }

    [Fact]
    public async Task CallOnce_BudgetSetByAnotherSinceTheLastLook_Counts()
    {
        var run = new AgentLedger(Store).GetRun(NewId());
        await run.CallOnceAsync("llm", "0", CallAsync);
        await new AgentLedger(await Engine.OpenAgainAsync(Store)).GetRun(run.Id).SetBudgetAsync(new BudgetAmount(Calls: 1));

        await run.CallOnceAsync("llm", "1", CallAsync);
        await Should.ThrowAsync<BudgetExceededException>(() => run.CallOnceAsync("llm", "2", CallAsync));

        _calls.ShouldBe(2);
        (await run.GetBudgetAsync())!.Spent.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task CallOnce_CancelledWhileWaiting_LeavesTheOthersAlone()
    {
        var run = Runs.GetRun(NewId());
        var isCalled = new TaskCompletionSource();
        var mayReturn = new TaskCompletionSource();
        var first = run.CallOnceAsync("llm", "1", async _ =>
        {
            isCalled.SetResult();
            await mayReturn.Task;
            return CallResponse.OfText("first");
        });
        await isCalled.Task;
        using var cancellation = new CancellationTokenSource();
        var second = run.CallOnceAsync("llm", "1", CallAsync, cancellationToken: cancellation.Token);
        var third = run.CallOnceAsync("llm", "1", CallAsync);

        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => second);
        third.IsCompleted.ShouldBeFalse();
        mayReturn.SetResult();

        (await first).Text.ShouldBe("first");
        (await third).Text.ShouldBe("first");
        _calls.ShouldBe(0);
    }

    private sealed class HookLog(string part, Action hook) : ILogger<AgentLedger>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).Contains(part, StringComparison.Ordinal))
            {
                hook();
            }
        }
    }

    private async Task<CallResponse> CallAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        return CallResponse.OfText($"answer {Interlocked.Increment(ref _calls)}");
    }
}
