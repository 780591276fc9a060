using Ledger.Conformance.Decorators;
using Ledger.Log;
using Ledger.Runs;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>Budgets that other processes change while a call is under way, waits, or is decided on.</summary>
public abstract class ContendedBudgetTests(ITestEngine engine) : PolledToolTests(engine)
{
    private static readonly BudgetAmount Nothing = new(0, 0, 0);
    private static readonly AgentLedgerOptions Asking = new() { Budgets = new BudgetOptions { WhenExceeded = BudgetPolicy.Ask } };
    private static readonly AgentLedgerOptions Waiting = new() { Budgets = new BudgetOptions { WhenExceeded = BudgetPolicy.Wait } };

    [Theory]
    [InlineData("released", 0.0)]
    [InlineData("answered", 0.5)]
    [InlineData("reconciled", 0.5)]
    [InlineData("not made", 0.0)]
    public async Task Call_BegunElsewhere_IsSettledInTheBudgetsThatReservedIt(string end, double price)
    {
        var (task, root) = (StreamName.Task(NewId()), StreamName.Task(NewId()));
        var run = new AgentLedger(Store, Impatient).GetRun(NewId());
        await run.JoinBudgetAsync(task);
        await FreeAsync(run, "1");

        // The handle has read what the budget had joined, which is no longer all.
        await Runs.JoinBudgetAsync(task, root);
        await Runs.SetBudgetAsync(root, new BudgetAmount(Usd: 5));
        var hung = await BeginAndHangAsync(run.Id);
        (await Runs.GetBudgetAsync(root))!.Reserved.Calls.ShouldBe(1);
        await EndAsync(run, hung.RequestId, end);

        // What was not made is made again, for nothing.
        var spent = new BudgetAmount((decimal)price, 0, end == "released" ? 0 : 1);
        (await Runs.GetBudgetAsync(root)).ShouldBe(new RunBudget(new BudgetAmount(Usd: 5), spent, Nothing));
        (await Runs.GetBudgetAsync(task)).ShouldBe(new RunBudget(new BudgetAmount(), spent with { Calls = spent.Calls + 1 }, Nothing));
    }

    [Theory]
    [InlineData("released")]
    [InlineData("answered")]
    [InlineData("reconciled")]
    public async Task Call_BegunBeforeItsBudgetJoinedAnother_DoesNotCountThere(string end)
    {
        var (task, root) = (StreamName.Task(NewId()), StreamName.Task(NewId()));
        var run = new AgentLedger(Store, Impatient).GetRun(NewId());
        await run.JoinBudgetAsync(task);
        var hung = await BeginAndHangAsync(run.Id);
        await Runs.SetBudgetAsync(root, new BudgetAmount(Calls: 1));
        await Runs.JoinBudgetAsync(task, root);
        await EndAsync(run, hung.RequestId, end);

        (await Runs.GetBudgetAsync(task))!.Reserved.ShouldBe(Nothing);
        (await Runs.GetBudgetAsync(root)).ShouldBe(new RunBudget(new BudgetAmount(Calls: 1), Nothing, Nothing));
        await FreeAsync(run, "1");
    }

    [Fact]
    public async Task Reconciliation_OfACallThatIsSettledInPart_SettlesTheRest()
    {
        var (task, root) = (StreamName.Task(NewId()), StreamName.Task(NewId()));
        var run = new AgentLedger(Store, Impatient).GetRun(NewId());
        await run.JoinBudgetAsync(task);
        await Runs.JoinBudgetAsync(task, root);
        var hung = await BeginAndHangAsync(run.Id);
        var account = AccountOf(task);
        var settled = new NewEvent(new BudgetSettled(hung.RequestId, 0, 0, 0)) { Id = EventIds.OfSettlement(hung.RequestId, account) };
        await Store.AppendAsync(account, ExpectedVersion.Any, [settled]);

        await EndAsync(run, hung.RequestId, "not made");
        foreach (var owner in new[] { task, root })
        {
            (await Runs.GetBudgetAsync(owner)).ShouldBe(new RunBudget(new BudgetAmount(), new BudgetAmount(0, 0, 1), Nothing));
        }
    }

    [Fact]
    public async Task Call_NotMade_WhoseRoomIsTakenMeanwhile_IsNotOpenAnyLonger()
    {
        var task = StreamName.Task(NewId());
        await Runs.SetBudgetAsync(task, new BudgetAmount(Calls: 1));
        var (run, other) = (Runs.GetRun(NewId()), Runs.GetRun(NewId()));
        foreach (var each in new[] { run, other })
        {
            await each.SetBudgetAsync(new BudgetAmount());
            await each.JoinBudgetAsync(task);
        }

        await BeginAndHangAsync(run.Id);
        var store = new CountingStore(Store, after: number => number == 1 ? FreeAsync(other, "1") : Task.CompletedTask);
        var again = new AgentLedger(store, Impatient).GetRun(run.Id);
        await Should.ThrowAsync<BudgetExceededException>(() => EndAsync(again, default, "not made"));

        // What is open and what is reserved are the same calls.
        (await run.ListOpenCallsAsync()).ShouldBeEmpty();
        (await run.GetBudgetAsync())!.Reserved.ShouldBe(Nothing);
        (await Runs.GetBudgetAsync(task)).ShouldBe(new RunBudget(new BudgetAmount(Calls: 1), new BudgetAmount(0, 0, 1), Nothing));
        await Runs.SetBudgetAsync(task, new BudgetAmount(Calls: 2));
        (await again.CallAsync("tool", Poll, CallAsync)).Text.ShouldBe("answer 1");
    }

    [Fact]
    public async Task Reconciliation_ThatSpeaksOfALaterAttempt_AnswersThatOne()
    {
        var run = Runs.GetRun(NewId());
        await run.SetBudgetAsync(new BudgetAmount());
        var hung = await BeginAndHangAsync(run.Id);
        var (asked, mayAnswer, begun) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        var late = new AgentLedger(Store, Impatient).GetRun(run.Id).CallAsync("tool", Poll, CallAsync, new CallOptions
        {
            Effects = EffectPolicy.Reconcile,
            Reconcile = async (_, _) =>
            {
                asked.TrySetResult();
                await mayAnswer.Task;
                return CallReconciliation.Made(Costing(0.5m));
            },
        });
        await asked.Task;

        // Another process is told that it was not made, makes it, and ends before it has recorded the answer.
        _ = new AgentLedger(Store, Impatient).GetRun(run.Id).CallAsync(
            "tool",
            Poll,
            async (_, _) =>
            {
                begun.SetResult();
                await new TaskCompletionSource().Task;
                return Costing(0.5m);
            },
            new CallOptions { Effects = EffectPolicy.Reconcile, Reconcile = (_, _) => Task.FromResult(CallReconciliation.NotMade) });
        await begun.Task;
        CallOwner.End((await run.ListOpenCallsAsync()).Single().Owner!);
        mayAnswer.SetResult();

        (await late).Text.ShouldBe("paid");
        var answered = (await run.ReadAllAsync()).Where(e => e.Type == "tool.returned").ShouldHaveSingleItem();
        answered.Metadata.Causes[0].ShouldNotBe(hung.RequestId);
        (await run.ListOpenCallsAsync()).ShouldBeEmpty();
        (await run.GetBudgetAsync()).ShouldBe(new RunBudget(new BudgetAmount(), new BudgetAmount(0.5m, 0, 1), Nothing));
    }

    [Fact]
    public async Task Answer_ThatIsWrittenAgainAfterALostReply_CountsOnce()
    {
        var (task, root) = (StreamName.Task(NewId()), StreamName.Task(NewId()));
        var id = NewId();
        await Runs.GetRun(id).JoinBudgetAsync(task);
        var store = new CountingStore(Store, after: number => number == 2 ? Task.FromException(new TimeoutException()) : Task.CompletedTask);
        var run = new AgentLedger(store, timeProvider: new NoWait()).GetRun(id);

        // Another budget that is joined meanwhile has no part in it.
        await run.CallAsync("llm", "1", async (_, token) =>
        {
            await Runs.JoinBudgetAsync(task, root, cancellationToken: token);
            return Costing(0.5m);
        });

        store.Appends.ShouldBe(3);
        (await Runs.GetBudgetAsync(task))!.ShouldSatisfyAllConditions(b => b.Spent.ShouldBe(new BudgetAmount(0.5m, 0, 1)), b => b.Reserved.ShouldBe(Nothing));
        (await Runs.GetBudgetAsync(root)).ShouldBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Call_ThatWaitsForMore_GoesOn_OnceThereIsRoom(bool isLimitRaised)
    {
        var run = Runs.GetRun(NewId());
        await run.SetBudgetAsync(new BudgetAmount(Calls: 1));
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource<CallResponse>());
        var first = run.CallAsync("llm", "1", (_, _) =>
        {
            begun.SetResult();
            return end.Task;
        });
        await begun.Task;

        var clock = new WaitedOnClock();
        var second = FreeAsync(new AgentLedger(Store, Waiting, timeProvider: clock).GetRun(run.Id), "2");
        await clock.IsWaitedOn.WaitAsync(TimeSpan.FromMinutes(2));
        if (isLimitRaised)
        {
            await run.SetBudgetAsync(new BudgetAmount(Calls: 2));
        }
        else
        {
            end.SetException(new CallNotMadeException("busy"));
            await Should.ThrowAsync<CallNotMadeException>(() => first);
        }

        clock.Advance(TimeSpan.FromSeconds(1));
        (await second.WaitAsync(TimeSpan.FromMinutes(2))).Text.ShouldBe("free");
        (await run.ListApprovalsAsync()).ShouldHaveSingleItem().Decision.ShouldBeNull();
        (await run.ReadAllAsync()).Count(e => e.Type == "budget.exhausted").ShouldBe(1);
        if (end.TrySetResult(Costing(0)))
        {
            await first;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Denial_AfterAnApprovalElsewhere_IsRefused(bool isOnBranch)
    {
        var (run, asked) = await AskAsync();
        var denying = isOnBranch ? await run.ForkAsync() : run;
        var store = new CountingStore(Store, before: number => number == 1
            ? Runs.GetRun(run.Id).DecideAsync(asked, ApprovalDecision.Approved, "owner")
            : Task.CompletedTask);

        var other = await new AgentLedger(store).OpenAsync(denying.StreamName);
        await RefusedAsync<InvalidOperationException>(
            () => other.DecideAsync(asked, ApprovalDecision.Denied, "other"),
            $"'{asked}' has raised the budget of '{run.StreamName}' already. Set another limit instead.");

        (await run.ListApprovalsAsync()).ShouldHaveSingleItem().Decision.ShouldBe(ApprovalDecision.Approved);
        (await run.GetBudgetAsync())!.Limit.Calls.ShouldBe(2);
        (await denying.ReadAllAsync()).Select(e => e.Data).OfType<ApprovalDecided>().ShouldNotContain(decided => decided.By == "other");
    }

    [Fact]
    public async Task Approval_AfterADenialElsewhere_Counts()
    {
        var (run, asked) = await AskAsync();
        var store = new CountingStore(Store, before: number => number == 1
            ? Runs.GetRun(run.Id).DecideAsync(asked, ApprovalDecision.Denied, "other")
            : Task.CompletedTask);
        await new AgentLedger(store).GetRun(run.Id).DecideAsync(asked, ApprovalDecision.Approved, "owner");

        (await run.ListApprovalsAsync()).ShouldHaveSingleItem().Decision.ShouldBe(ApprovalDecision.Approved);
        (await run.GetBudgetAsync())!.Limit.Calls.ShouldBe(2);
    }

    [Fact]
    public async Task Denial_OfABudgetThatChangesMeanwhile_IsWritten()
    {
        var (run, asked) = await AskAsync();
        var store = new CountingStore(Store, before: number => number == 1
            ? Runs.GetRun(run.Id).SetBudgetAsync(new BudgetAmount(Calls: 1))
            : Task.CompletedTask);
        await new AgentLedger(store).GetRun(run.Id).DecideAsync(asked, ApprovalDecision.Denied, "other");

        store.Appends.ShouldBe(2);
        (await run.ListApprovalsAsync()).ShouldHaveSingleItem().Decision.ShouldBe(ApprovalDecision.Denied);
        await Should.ThrowAsync<BudgetExceededException>(() => FreeAsync(run, "2"));
    }

    private async Task<(Run Run, Guid Asked)> AskAsync()
    {
        var run = new AgentLedger(Store, Asking).GetRun(NewId());
        await run.SetBudgetAsync(new BudgetAmount(Calls: 1));
        await FreeAsync(run, "1");
        return (run, (await Should.ThrowAsync<ApprovalPendingException>(() => FreeAsync(run, "2"))).ApprovalId);
    }

    private async Task EndAsync(Run run, Guid requestId, string end)
    {
        switch (end)
        {
            case "released":
                await run.ReleaseCallAsync(requestId);
                break;
            case "answered":
                await run.AnswerAsync(requestId, Costing(0.5m));
                break;
            default:
                await run.CallAsync("tool", Poll, CallAsync, new CallOptions
                {
                    Effects = EffectPolicy.Reconcile,
                    Reconcile = (_, _) => Task.FromResult(end == "reconciled" ? CallReconciliation.Made(Costing(0.5m)) : CallReconciliation.NotMade),
                });
                break;
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("set before")]
    [InlineData("set meanwhile")]
    public async Task Call_AnsweredWhileAnotherCallerOfTheHandleReads_IsRecordedWithoutWaiting(string budget)
    {
        var stream = NewStream();
        var (reads, mayRead) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (begun, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
        var recorded = new TaskCompletionSource();
        var isSlow = false;

        async Task ReadAsync(History history)
        {
            if (isSlow && history.Stream == stream)
            {
                reads.TrySetResult();
                await mayRead.Task;
            }
        }

        async Task AppendedAsync(int number)
        {
            if (await Store.ReadForwardAsync(stream).AnyAsync(e => e.Type == "tool.returned"))
            {
                recorded.TrySetResult();
            }
        }

        var run = new AgentLedger(new CountingStore(Store, after: AppendedAsync, beforeRead: ReadAsync)).GetRun(stream.Id);
        if (budget == "set before")
        {
            await run.SetBudgetAsync(new BudgetAmount(Usd: 5));
        }

        var call = run.CallAsync("tool", Poll, async (_, _) =>
        {
            begun.SetResult();
            await mayEnd.Task;
            return Costing(0.5m);
        });
        await begun.Task;
        isSlow = true;
        var reader = run.ListOpenCallsAsync();
        await reads.Task;
        if (budget == "set meanwhile")
        {
            await run.SetBudgetAsync(new BudgetAmount(Usd: 5));
        }

        mayEnd.SetResult();
        await recorded.Task.WaitAsync(TimeSpan.FromMinutes(2));
        mayRead.SetResult();

        await reader;
        (await call).Text.ShouldBe("paid");

        // An engine without call owners does not note what a handle appends: the budget is known only from a read.
        var isKnown = budget == "set before" || Store.Get<ICallOwners>() is not null;
        (await Runs.GetRun(stream.Id).GetBudgetAsync())
            .ShouldBe(budget == "none" ? null : new RunBudget(new BudgetAmount(Usd: 5), isKnown ? new BudgetAmount(0.5m, 0, 1) : Nothing, Nothing));
    }

    private static Task<CallAnswer> FreeAsync(Run run, string request) =>
        run.CallAsync("llm", request, (_, _) => Task.FromResult(CallResponse.OfText("free")));

    private static CallResponse Costing(decimal usd) => CallResponse.OfText("paid") with { CostUsd = usd };

    private static StreamName AccountOf(StreamName owner) => new($"budget:{owner}");

    /// <summary>A clock whose waits are over at once.</summary>
    private sealed class NoWait : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }

    /// <summary>A clock that stands still, and tells when it is waited on.</summary>
    private sealed class WaitedOnClock() : FakeTimeProvider(TimeProvider.System.GetUtcNow())
    {
        private readonly TaskCompletionSource _isWaitedOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsWaitedOn => _isWaitedOn.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _isWaitedOn.TrySetResult();
            return timer;
        }
    }
}
