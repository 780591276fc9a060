using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Ledger.Log;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>Budgets of tasks and of trees of runs, and more of them that is asked for and approved.</summary>
public abstract class SharedBudgetTests(ITestEngine engine) : PolledToolTests(engine)
{
    private static readonly CallOptions OneDollar = new() { Estimate = new CallCost(1) };

    [Fact]
    public async Task Task_LimitsTheRunsThatHaveJoinedItsBudget()
    {
        var task = StreamName.Task(NewId());
        var (a, b) = (Runs.GetRun(NewId()), Runs.GetRun(NewId()));
        (await Runs.GetBudgetAsync(task)).ShouldBeNull();
        await Runs.SetBudgetAsync(task, new BudgetAmount(Usd: 2));
        await a.JoinBudgetAsync(task);
        await a.JoinBudgetAsync(task);
        await b.JoinBudgetAsync(task);
        await PaidAsync(a, "1");
        await PaidAsync(b, "1");

        var refused = await Should.ThrowAsync<BudgetExceededException>(() => PaidAsync(b, "2"));
        refused.Joined.ShouldBe(task);
        refused.Message.ShouldBe(
            $"A call of kind 'llm' in '{b.StreamName}' was not made, because it could exceed the budget of '{task}' (USD: 1 asked, 0 left). "
            + "Raise the budget with SetBudgetAsync, or release unknown calls with ReleaseCallAsync.");
        (await Runs.GetBudgetAsync(task)).ShouldBe(new RunBudget(new BudgetAmount(Usd: 2), new BudgetAmount(2, 0, 2), new BudgetAmount(0, 0, 0)));
        (await a.GetBudgetAsync()).ShouldBeNull();
        (await a.ReadAllAsync()).Select(e => e.Type).ShouldBe(["budget.joined", "llm.request", "llm.response"]);

        await Runs.SetBudgetAsync(task, new BudgetAmount(Usd: 3));
        await PaidAsync(b, "2");
    }

    [Fact]
    public async Task Tree_OfRunsAndTasks_HasOneLimitAtTheRoot_AndEachItsOwn()
    {
        var (root, part) = (StreamName.Task(NewId()), StreamName.Task(NewId()));
        var (parent, child) = (Runs.GetRun(NewId()), Runs.GetRun(NewId()));
        await parent.SetBudgetAsync(new BudgetAmount(Calls: 3));
        await child.SetBudgetAsync(new BudgetAmount(Calls: 2));
        await child.JoinBudgetAsync(parent.StreamName);
        await PaidAsync(child, "1");

        // What joins later counts from then on.
        await parent.JoinBudgetAsync(part);
        await Runs.JoinBudgetAsync(part, root);
        await Runs.SetBudgetAsync(root, new BudgetAmount(Calls: 2));
        await PaidAsync(child, "2");
        (await Should.ThrowAsync<BudgetExceededException>(() => PaidAsync(child, "3"))).Joined.ShouldBeNull();
        await PaidAsync(parent, "1");
        (await Should.ThrowAsync<BudgetExceededException>(() => PaidAsync(parent, "2"))).Budget.Limit.Calls.ShouldBeOneOf(2, 3);

        (await parent.GetBudgetAsync())!.Spent.Calls.ShouldBe(3);
        (await child.GetBudgetAsync())!.Spent.Calls.ShouldBe(2);
        (await Runs.GetBudgetAsync(part))!.Spent.Calls.ShouldBe(2);
        (await Runs.GetBudgetAsync(root))!.Spent.Calls.ShouldBe(2);
    }

    [Fact]
    public async Task Budgets_ThatJoinEachOther_CountOnce()
    {
        var (a, b) = (StreamName.Task(NewId()), StreamName.Task(NewId()));
        await Runs.JoinBudgetAsync(a, b);
        await Runs.JoinBudgetAsync(b, a);
        await Runs.SetBudgetAsync(b, new BudgetAmount(Calls: 1));
        var run = Runs.GetRun(NewId());
        await run.JoinBudgetAsync(a);
        await PaidAsync(run, "1");

        (await Runs.GetBudgetAsync(a))!.Spent.Calls.ShouldBe(1);
        (await Should.ThrowAsync<BudgetExceededException>(() => PaidAsync(run, "2"))).Joined.ShouldBe(b);
        await Should.ThrowAsync<ArgumentException>(() => run.JoinBudgetAsync(run.StreamName));
        await Should.ThrowAsync<ArgumentException>(() => Runs.JoinBudgetAsync(a, a));
    }

    [Fact]
    public async Task Branch_CountsWhereItsPrefixHasJoined_AndItsRestartSettlesThere()
    {
        var task = StreamName.Task(NewId());
        await Runs.SetBudgetAsync(task, new BudgetAmount(Usd: 2));
        var run = Runs.GetRun(NewId());
        await run.JoinBudgetAsync(task);
        var branch = await run.ForkAsync();
        await Should.ThrowAsync<TimeoutException>(
            () => branch.CallAsync("llm", "1", (_, _) => throw new TimeoutException(), OneDollar with { Effects = EffectPolicy.Refuse }));
        (await Runs.GetBudgetAsync(task))!.Left.Usd.ShouldBe(1);

        var restarted = await new AgentLedger(await Engine.OpenAgainAsync(Store)).OpenAsync(branch.StreamName);
        await restarted.ReleaseCallAsync((await restarted.ListOpenCallsAsync()).Single().RequestId);
        (await Runs.GetBudgetAsync(task))!.Left.Usd.ShouldBe(2);
    }

    [Fact]
    public async Task More_IsAskedForAndApproved_AndTheCallIsMadeAgain()
    {
        var asking = new AgentLedger(Store, new AgentLedgerOptions { Budgets = new BudgetOptions { WhenExceeded = BudgetPolicy.Ask, Raise = new BudgetAmount(Usd: 3) } });
        var run = asking.GetRun(NewId());
        await run.SetBudgetAsync(new BudgetAmount(Usd: 1));
        await PaidAsync(run, "1");
        var pending = await Should.ThrowAsync<ApprovalPendingException>(() => PaidAsync(run, "2"));
        (await Should.ThrowAsync<ApprovalPendingException>(() => PaidAsync(asking.GetRun(run.Id), "2"))).ApprovalId.ShouldBe(pending.ApprovalId);

        var asked = (await run.ListApprovalsAsync()).ShouldHaveSingleItem();
        asked.Kind.ShouldBe("budget");
        asked.Request.GetProperty("budget").GetString().ShouldBe(run.StreamName.Value);
        asked.Request.GetProperty("more").EnumerateObject().ShouldHaveSingleItem().Value.GetDecimal().ShouldBe(3);
        await run.DecideAsync(asked.Id, ApprovalDecision.Denied, "owner");
        await Should.ThrowAsync<BudgetExceededException>(() => PaidAsync(run, "2"));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(n => asking.GetRun(run.Id).DecideAsync(asked.Id, ApprovalDecision.Approved, $"owner-{n}")));
        (await run.GetBudgetAsync())!.Limit.ShouldBe(new BudgetAmount(Usd: 4));
        (await Should.ThrowAsync<InvalidOperationException>(() => run.DecideAsync(asked.Id, ApprovalDecision.Denied, "owner"))).Message.ShouldBe(
            $"'{asked.Id}' has raised the budget of '{run.StreamName}' already. Set another limit instead.");

        foreach (var request in new[] { "2", "3", "4" })
        {
            await PaidAsync(run, request);
        }

        (await Should.ThrowAsync<ApprovalPendingException>(() => PaidAsync(run, "5"))).ApprovalId.ShouldNotBe(asked.Id);
    }

    [Fact]
    public async Task Call_ThatWaitsForMore_ContinuesOnceItIsApproved_AndIsRefusedOnceItIsDenied()
    {
        var waiting = new AgentLedger(Store, new AgentLedgerOptions { Budgets = new BudgetOptions { WhenExceeded = BudgetPolicy.Wait } });
        var task = StreamName.Task(NewId());
        await Runs.SetBudgetAsync(task, new BudgetAmount(Calls: 1));
        var run = waiting.GetRun(NewId());
        await run.JoinBudgetAsync(task);
        await PaidAsync(run, "1");

        var call = PaidAsync(run, "2");
        await DecideAsync(run.Id, ApprovalDecision.Approved);
        (await call.WaitAsync(TimeSpan.FromMinutes(2))).Text.ShouldBe("paid");
        (await Runs.GetBudgetAsync(task))!.ShouldBe(new RunBudget(new BudgetAmount(Calls: 2), new BudgetAmount(2, 0, 2), new BudgetAmount(0, 0, 0)));

        var denied = PaidAsync(run, "3");
        await DecideAsync(run.Id, ApprovalDecision.Denied);
        await Should.ThrowAsync<BudgetExceededException>(() => denied.WaitAsync(TimeSpan.FromMinutes(2)));
        (await run.ReadAllAsync()).Count(e => e.Type == "budget.exhausted").ShouldBe(2);
    }

    [Fact]
    public async Task Amounts_ThatCouldOverflow_AreRefused_AndInALogTheyDoNotStopTheBudget()
    {
        var (task, run) = (StreamName.Task(NewId()), Runs.GetRun(NewId()));
        foreach (var amount in new[] { new BudgetAmount(Usd: 1_000_000_000_000.01m), new BudgetAmount(Tokens: long.MaxValue), new BudgetAmount(Calls: 1_000_000_000_001) })
        {
            Should.Throw<ArgumentOutOfRangeException>(() => new BudgetOptions { Raise = amount });
            await Should.ThrowAsync<ArgumentOutOfRangeException>(() => run.SetBudgetAsync(amount));
            await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Runs.SetBudgetAsync(task, amount));
        }

        var most = new BudgetAmount(decimal.MaxValue, long.MaxValue, long.MaxValue);
        var raised = new BudgetRaised(Guid.NewGuid(), most.Usd, most.Tokens, most.Calls);
        var settled = new BudgetSettled(Guid.NewGuid(), decimal.MinValue, long.MinValue, long.MinValue);
        await Store.AppendAsync(AccountOf(task), ExpectedVersion.NoStream, [new BudgetSet(most.Usd, most.Tokens, most.Calls), raised, raised, settled, settled]);
        await run.JoinBudgetAsync(task);
        await PaidAsync(run, "1");
        var budget = (await Runs.GetBudgetAsync(task))!;
        (budget.Limit, budget.Left).ShouldBe((most, most));
        budget.Spent.ShouldBe(new BudgetAmount(decimal.MinValue + 1, long.MinValue, long.MinValue + 1));
    }

    [Fact]
    public async Task Calls_InAnyInterleaving_NeverExceedAnyBudget()
    {
        var play = Gen.Choose(0, int.MaxValue).Select(seed => new Play(seed, 4)).ToArbitrary();
        await Law.HoldsAsync(play, PlayAsync, times: 8);
    }

    private async Task PlayAsync(Play play)
    {
        var (root, part) = (StreamName.Task(NewId()), StreamName.Task(NewId()));
        var ids = Enumerable.Range(0, 3).Select(_ => NewId()).ToArray();
        var setting = new Random(play.Seed);
        await Runs.SetBudgetAsync(root, new BudgetAmount(Usd: setting.Next(1, 6), Calls: setting.Next(4, 20)));
        await Runs.JoinBudgetAsync(part, root);
        await Runs.SetBudgetAsync(part, new BudgetAmount(Usd: setting.Next(1, 5)));
        await Runs.GetRun(ids[0]).JoinBudgetAsync(root);
        await Runs.GetRun(ids[1]).JoinBudgetAsync(part);
        await Runs.GetRun(ids[2]).SetBudgetAsync(new BudgetAmount(Calls: setting.Next(1, 6)));
        await Runs.GetRun(ids[2]).JoinBudgetAsync(StreamName.Run(ids[1]));
        await Runs.GetRun(ids[1]).JoinBudgetAsync(StreamName.Run(ids[0]));
        var stores = await Task.WhenAll(Enumerable.Range(0, play.Processes).Select(_ => Engine.OpenAgainAsync(Store)));

        var made = await Task.WhenAll(Enumerable.Range(0, 12).Select(caller => Task.Run(async () =>
        {
            var random = new Random(HashCode.Combine(play.Seed, caller));
            var ledger = new AgentLedger(stores[caller % play.Processes], new AgentLedgerOptions { Budgets = new BudgetOptions { WhenExceeded = (BudgetPolicy)random.Next(2) } });
            var run = ledger.GetRun(ids[random.Next(3)]);
            var count = 0;
            for (var n = 0; n < 4; n++)
            {
                count += await TryAsync(run, $"{(caller * 10) + n}", random);
                if (random.Next(6) == 0)
                {
                    await ledger.SetBudgetAsync(random.Next(2) == 0 ? root : part, new BudgetAmount(Usd: random.Next(1, 8)));
                }
                else if (random.Next(4) == 0 && (await run.ListApprovalsAsync()).FirstOrDefault(a => a.Decision is null) is { } asked)
                {
                    await run.DecideAsync(asked.Id, ApprovalDecision.Approved, "owner");
                }
            }

            return count;
        })));

        made.Sum().ShouldBe((int)(await Runs.GetBudgetAsync(root))!.Spent.Calls!.Value, "every call counts at the root, once");
        foreach (var owner in ids.Select(StreamName.Run).Append(root).Append(part))
        {
            await ShouldNeverExceedAsync(owner);
        }
    }

    private static async Task<int> TryAsync(Run run, string request, Random random)
    {
        var (estimate, ending, pauses) = (random.Next(1, 100) / 100m, random.Next(0, 4), random.Next(3));
        try
        {
            await run.CallAsync(
                "llm",
                request,
                async (_, _) =>
                {
                    for (var i = 0; i < pauses; i++)
                    {
                        await Task.Yield();
                    }

                    return ending == 0 ? throw new TimeoutException() : Paid(estimate * ending / 4);
                },
                new CallOptions { Estimate = new CallCost(estimate) });
            return 1;
        }
        catch (TimeoutException)
        {
            return 1;
        }
        catch (Exception e) when (e is BudgetExceededException or ApprovalPendingException)
        {
            return 0;
        }
    }

    // Adds up the stream of the budget by itself: at no reservation are its limits exceeded.
    private async Task ShouldNeverExceedAsync(StreamName owner)
    {
        var (limit, raised, spent) = (new BudgetAmount(), new BudgetAmount(), (Usd: 0m, Calls: 0L));
        var open = new Dictionary<Guid, decimal>();
        foreach (var recorded in await ReadAsync(AccountOf(owner)))
        {
            switch (recorded.Data)
            {
                case BudgetSet set:
                    (limit, raised) = (new BudgetAmount(set.Usd, set.Tokens, set.Calls), new BudgetAmount());
                    break;
                case BudgetRaised more:
                    raised = new BudgetAmount((raised.Usd ?? 0) + (more.Usd ?? 0), 0, (raised.Calls ?? 0) + (more.Calls ?? 0));
                    break;
                case BudgetReserved reserved:
                    open.Add(reserved.RequestId, reserved.Usd ?? 0);
                    (spent.Usd + open.Values.Sum()).ShouldBeLessThanOrEqualTo(limit.Usd + (raised.Usd ?? 0) ?? decimal.MaxValue);
                    (spent.Calls + open.Count).ShouldBeLessThanOrEqualTo(limit.Calls + (raised.Calls ?? 0) ?? long.MaxValue);
                    break;
                case BudgetSettled settled:
                    open.Remove(settled.RequestId).ShouldBeTrue();
                    spent = (spent.Usd + settled.Usd, spent.Calls + settled.Calls);
                    break;
            }
        }

        open.ShouldBeEmpty();
    }

    private async Task DecideAsync(string id, ApprovalDecision decision)
    {
        var run = Runs.GetRun(id);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            if ((await run.ListApprovalsAsync(patience.Token)).FirstOrDefault(a => a.Decision is null) is { } asked)
            {
                await run.DecideAsync(asked.Id, decision, "owner", cancellationToken: patience.Token);
                return;
            }

            await pace.WaitForNextTickAsync(patience.Token);
        }
    }

    private static Task<CallAnswer> PaidAsync(Run run, string request) => run.CallAsync("llm", request, (_, _) => Task.FromResult(Paid(1)), OneDollar);

    private static StreamName AccountOf(StreamName owner) => new($"budget:{owner}");

    private static CallResponse Paid(decimal usd) => CallResponse.OfText("paid") with { CostUsd = usd };

    /// <summary>How callers are laid out; what they do follows from the seed.</summary>
    private sealed record Play(int Seed, int Processes);
}
