using Ledger.Conformance.Decorators;
using Ledger.Log;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>What the calls of a run and its branches may cost together.</summary>
public abstract class BudgetTests(ITestEngine engine) : PolledToolTests(engine)
{
    private static readonly CallOptions OneDollar = new() { Estimate = new CallCost(1) };

    [Fact]
    public async Task Call_WithinTheBudget_IsReservedWhileItRuns_AndSpentByItsRecordedPrice()
    {
        var run = await StartAsync(new BudgetAmount(Usd: 2));
        RunBudget? during = null;
        var answer = await run.CallAsync("llm", "1", async (_, token) =>
        {
            during = await Runs.GetRun(run.Id).GetBudgetAsync(token);
            return Priced(0.25m);
        }, OneDollar);

        during.ShouldBe(new RunBudget(new BudgetAmount(Usd: 2), new BudgetAmount(0, 0, 0), new BudgetAmount(1, 0, 1)));
        during!.Left.ShouldBe(new BudgetAmount(Usd: 1));
        answer.Cost.Usd.ShouldBe(0.25m);
        (await run.GetBudgetAsync()).ShouldBe(new RunBudget(new BudgetAmount(Usd: 2), new BudgetAmount(0.25m, 15, 1), new BudgetAmount(0, 0, 0)));
        (await TypesOfAsync(run)).ShouldBe(["budget.set", "llm.request", "llm.response"]);
        (await ReadAsync(AccountOf(run))).Select(e => e.Type).ShouldBe(["budget.set", "budget.reserved", "budget.settled"]);
    }

    [Fact]
    public async Task Call_BeyondTheBudget_IsNotMade_AndTheRunSaysSo()
    {
        var run = await StartAsync(new BudgetAmount(Usd: 1.5m, Calls: 7));
        await CallAsync(run, 1, 1);

        var exceeded = await RefusedAsync<BudgetExceededException>(
            () => run.CallAsync("llm", "2", CallAsync, OneDollar),
            $"A call of kind 'llm' in '{run.StreamName}' was not made, because it could exceed the budget (USD: 1 asked, 0.5 left). "
            + "Raise the budget with SetBudgetAsync, or release unknown calls with ReleaseCallAsync.");

        Calls.ShouldBe(0);
        exceeded.Asked.ShouldBe(new BudgetAmount(1, 15, 1));
        exceeded.Left.ShouldBe(new BudgetAmount(Usd: 0.5m, Calls: 6));
        var last = (await run.ReadAllAsync())[^1];
        last.Data.ShouldBeOfType<BudgetExhausted>().Reasons.ShouldBe(["max_usd=1.5"]);
        (await TypesOfAsync(run)).ShouldBe(["budget.set", "llm.request", "llm.response", "budget.exhausted"]);
        (await run.ListOpenCallsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Answer_FromTheLog_IsGivenWithNothingLeft()
    {
        var run = await StartAsync(new BudgetAmount(Usd: 1, Calls: 1));
        await CallAsync(run, 1, 1);

        (await run.CallAsync("llm", "1", CallAsync, OneDollar)).IsFromLog.ShouldBeTrue();
        (await run.GetBudgetAsync())!.Left.ShouldBe(new BudgetAmount(Usd: 0, Calls: 0));
    }

    [Fact]
    public async Task Caller_GoneBetweenReservationAndAnswer_KeepsTheReservation_UntilTheCallIsReleased()
    {
        var run = await StartAsync(new BudgetAmount(Calls: 1));
        var hung = await BeginAndHangAsync(run.Id);
        var restarted = new AgentLedger(await Engine.OpenAgainAsync(Store)).GetRun(run.Id);

        (await restarted.GetBudgetAsync())!.ShouldSatisfyAllConditions(b => b.Reserved.Calls.ShouldBe(1), b => b.Left.Calls.ShouldBe(0));
        await Should.ThrowAsync<BudgetExceededException>(() => restarted.CallAsync("llm", "1", CallAsync));

        await restarted.ReleaseCallAsync(hung.RequestId, "it was never made");
        (await restarted.GetBudgetAsync())!.ShouldSatisfyAllConditions(b => b.Reserved.Calls.ShouldBe(0), b => b.Left.Calls.ShouldBe(1));
        (await restarted.CallAsync("llm", "1", CallAsync)).Text.ShouldBe("answer 1");
        await Should.ThrowAsync<BudgetExceededException>(() => restarted.CallAsync("llm", "2", CallAsync));
    }

    [Fact]
    public async Task Answer_FromOutside_SettlesTheCallByItsPrice()
    {
        var run = await StartAsync(new BudgetAmount(Usd: 2, Calls: 2));
        var hung = await BeginAndHangAsync(run.Id);
        await run.AnswerAsync(hung.RequestId, CallResponse.OfText("found") with { CostUsd = 0.75m });

        (await run.GetBudgetAsync()).ShouldBe(new RunBudget(new BudgetAmount(2, null, 2), new BudgetAmount(0.75m, 0, 1), new BudgetAmount(0, 0, 0)));
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task Reconciliation_SettlesTheCallThatWasBegun(bool wasMade, int calls)
    {
        var run = await StartAsync(new BudgetAmount(Calls: 1));
        await BeginAndHangAsync(run.Id);
        var answer = await new AgentLedger(Store, Impatient).GetRun(run.Id).CallAsync("tool", Poll, CallAsync, new CallOptions
        {
            Effects = EffectPolicy.Reconcile,
            Reconcile = (_, _) => Task.FromResult(wasMade ? CallReconciliation.Made(CallResponse.OfText("made")) : CallReconciliation.NotMade),
        });

        (answer.Text, Calls).ShouldBe((wasMade ? "made" : "answer 1", calls));
        (await run.GetBudgetAsync()).ShouldBe(new RunBudget(new BudgetAmount(Calls: 1), new BudgetAmount(0, 0, 1), new BudgetAmount(0, 0, 0)));
    }

    [Fact]
    public async Task Branch_SpendsTheBudgetOfTheRun_AndARaiseAnywhereCountsForAll()
    {
        var run = await StartAsync(new BudgetAmount(Usd: 3));
        await CallAsync(run, 1, 1);
        var branch = await run.ForkAsync(new Position(1));
        var twig = await branch.ForkAsync(new Position(2));
        await CallAsync(branch, 1, 1);
        await CallAsync(twig, 1, 1);

        foreach (var each in new[] { run, branch, twig })
        {
            (await each.GetBudgetAsync())!.Spent.ShouldBe(new BudgetAmount(3, 45, 3));
            await Should.ThrowAsync<BudgetExceededException>(() => each.CallAsync("llm", "2", CallAsync, OneDollar));
        }

        await branch.SetBudgetAsync(new BudgetAmount(Usd: 4), new EventMetadata { Actor = "owner" });
        await CallAsync(twig, 2, 1);
        (await run.GetBudgetAsync())!.ShouldSatisfyAllConditions(b => b.Limit.Usd.ShouldBe(4), b => b.Left.Usd.ShouldBe(0));

        // Lowered below what was spent it stops all of them; without limits calls are still counted.
        await run.SetBudgetAsync(new BudgetAmount(Usd: 1));
        (await twig.GetBudgetAsync())!.Left.Usd.ShouldBe(-3);
        await run.SetBudgetAsync(new BudgetAmount());
        await CallAsync(twig, 3, 5);
        (await run.GetBudgetAsync())!.Spent.Usd.ShouldBe(9);
    }

    [Fact]
    public async Task Branch_ForkedBeforeTheBudget_HasNoneUntilOneIsSetOnIt()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync(Events(1));
        var branch = await run.ForkAsync(new Position(1));
        await run.SetBudgetAsync(new BudgetAmount(Calls: 1));
        (await branch.GetBudgetAsync()).ShouldBeNull();
        await branch.CallAsync("llm", "1", CallAsync);
        (await run.GetBudgetAsync())!.Spent.Calls.ShouldBe(0);

        await branch.SetBudgetAsync(new BudgetAmount(Calls: 1));
        await branch.CallAsync("llm", "2", CallAsync);
        await Should.ThrowAsync<BudgetExceededException>(() => run.CallAsync("llm", "3", CallAsync));
    }

    [Fact]
    public async Task Budget_SurvivesARestart()
    {
        var run = await StartAsync(new BudgetAmount(Usd: 2));
        await CallAsync(run, 1, 1.5m);

        var restarted = new AgentLedger(await Engine.OpenAgainAsync(Store)).GetRun(run.Id);
        (await restarted.GetBudgetAsync())!.Left.Usd.ShouldBe(0.5m);
        await Should.ThrowAsync<BudgetExceededException>(() => restarted.CallAsync("llm", "2", CallAsync, OneDollar));

        // A handle that looked before sees what others spent meanwhile.
        await restarted.CallAsync("llm", "3", (_, _) => Task.FromResult(Priced(0.5m)), new CallOptions { Estimate = new CallCost(0.5m) });
        await Should.ThrowAsync<BudgetExceededException>(() => run.CallAsync("llm", "4", CallAsync, new CallOptions { Estimate = new CallCost(0.1m) }));
    }

    [Fact]
    public async Task Tokens_AreAUnit()
    {
        var run = await StartAsync(new BudgetAmount(Tokens: 40));
        var options = new CallOptions { Estimate = new CallCost(InputTokens: 15, OutputTokens: 5) };
        await run.CallAsync("llm", "1", (_, _) => Task.FromResult(Priced(9)), options);
        await run.CallAsync("llm", "2", (_, _) => Task.FromResult(Priced(9)), options);

        (await run.GetBudgetAsync())!.Left.ShouldBe(new BudgetAmount(Tokens: 10));
        (await Should.ThrowAsync<BudgetExceededException>(() => run.CallAsync("llm", "3", CallAsync, options))).Message.ShouldContain("(tokens: 20 asked, 10 left)");
        await run.CallAsync("llm", "4", CallAsync, new CallOptions { Estimate = new CallCost(InputTokens: 10) });
    }

    [Fact]
    public async Task Estimate_ByDefault_IsTheDearestCallToTheSameModelOrTool()
    {
        var run = await StartAsync(new BudgetAmount(Usd: 10));
        await CallAsync(run, """{"model":"a","n":1}""", 4);
        await CallAsync(run, """{"model":"a","n":2}""", 3);
        await CallAsync(run, """{"model":"b","n":1}""", 0);

        (await Should.ThrowAsync<BudgetExceededException>(() => run.CallAsync("llm", """{"model":"a","n":3}""", CallAsync))).Asked.Usd.ShouldBe(4);
        await CallAsync(run, """{"model":"b","n":2}""", 3);

        // Nothing is left: a model that was never called could cost anything, and one that is known to be free is allowed.
        var unknown = await Should.ThrowAsync<BudgetExceededException>(() => run.CallAsync("llm", """{"model":"c","n":1}""", CallAsync));
        unknown.Message.ShouldContain("(USD: an unknown amount asked, 0 left)");
        await run.CallAsync("llm", """{"model":"c","n":1}""", CallAsync, new CallOptions { Estimate = new CallCost(0) });
        await run.CallAsync("llm", """{"model":"c","n":2}""", CallAsync);
    }

    [Fact]
    public async Task Estimate_OfTokens_IsPriced()
    {
        var options = new AgentLedgerOptions { Price = used => used.Model == "a" ? (used.InputTokens + (2 * used.OutputTokens)) / 100m : null };
        var run = new AgentLedger(Store, options).GetRun(NewId());
        await run.SetBudgetAsync(new BudgetAmount(Usd: 1));
        var dear = new CallOptions { Estimate = new CallCost(InputTokens: 21, OutputTokens: 40) };

        (await Should.ThrowAsync<BudgetExceededException>(() => run.CallAsync("llm", """{"model":"a"}""", CallAsync, dear))).Asked.ShouldBe(new BudgetAmount(1.01m, 61, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => new CallOptions { Estimate = new CallCost(-1) });
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => run.SetBudgetAsync(new BudgetAmount(Calls: -1)));
    }

    [Fact]
    public async Task Run_WithoutABudget_AppendsNoMore()
    {
        var store = new CountingStore(Store);
        var run = new AgentLedger(store).GetRun(NewId());
        await run.CallAsync("llm", "1", CallAsync, OneDollar);

        store.Appends.ShouldBe(2);
        (await run.GetBudgetAsync()).ShouldBeNull();
        (await Store.GetStreamAsync(AccountOf(run))).ShouldBeNull();
    }

    [Fact]
    public async Task Budget_OfAnImportedHistory_IsItsLastOne()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new BudgetSet(Calls: 9), new BudgetSet(Calls: 1)]);
        await run.CallAsync("llm", "1", CallAsync);

        await Should.ThrowAsync<BudgetExceededException>(() => run.CallAsync("llm", "2", CallAsync));
        var longest = Runs.GetRun(NewId() + new string('x', StreamName.MaxLength - 36));
        await longest.SetBudgetAsync(new BudgetAmount(Calls: 1));
        await longest.CallAsync("llm", "1", CallAsync);
        (await longest.GetBudgetAsync())!.Left.Calls.ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Callers_OfSeveralHandlesAndBranches_NeverExceedTheBudgetTogether(int seed)
    {
        var limit = new BudgetAmount(Usd: 5, Tokens: 400, Calls: 12);
        var run = await StartAsync(limit);
        await run.ForkAsync(new Position(1), new ForkOptions { Id = $"{run.Id}-b" });
        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Engine.OpenAgainAsync(Store)));

        var made = await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            var random = new Random((seed * 100) + caller);
            var ledger = new AgentLedger(stores[caller % 4]);
            var own = await ledger.OpenAsync(caller % 3 == 0 ? StreamName.Branch($"{run.Id}-b") : run.StreamName);
            var count = 0;
            for (var n = 0; n < 3; n++)
            {
                count += await TryAsync(own, $"{(caller * 10) + n}", random.Next(1, 100) / 100m, random.Next(0, 4));
            }

            return count;
        })));

        var budget = (await run.GetBudgetAsync())!;
        budget.Reserved.ShouldBe(new BudgetAmount(0, 0, 0));
        budget.Spent.Calls.ShouldBe(made.Sum());
        made.Sum().ShouldBeGreaterThan(0);
        made.Sum().ShouldBeLessThan(48);
        await ShouldNeverExceedAsync(run, limit);
    }

    private static async Task<int> TryAsync(Run run, string request, decimal estimate, int ending)
    {
        try
        {
            await run.CallAsync(
                "llm",
                request,
                async (_, _) =>
                {
                    await Task.Yield();
                    return ending == 0 ? throw new TimeoutException() : Priced(estimate * ending / 4);
                },
                new CallOptions { Estimate = new CallCost(estimate, InputTokens: 40) });
            return 1;
        }
        catch (TimeoutException)
        {
            return 1;
        }
        catch (BudgetExceededException)
        {
            return 0;
        }
    }

    /// <summary>Adds up the events of the budget, on its own way, and looks after each of them.</summary>
    private async Task ShouldNeverExceedAsync(Run run, BudgetAmount limit)
    {
        var open = new Dictionary<Guid, BudgetReserved>();
        var (usd, tokens, calls) = (0m, 0L, 0L);
        foreach (var recorded in await ReadAsync(AccountOf(run)))
        {
            switch (recorded.Data)
            {
                case BudgetReserved reserved:
                    open.Add(reserved.RequestId, reserved);
                    break;
                case BudgetSettled settled:
                    open.Remove(settled.RequestId).ShouldBeTrue();
                    (usd, tokens, calls) = (usd + settled.Usd, tokens + settled.Tokens, calls + settled.Calls);
                    break;
                default:
                    break;
            }

            (usd + open.Values.Sum(r => r.Usd!.Value)).ShouldBeLessThanOrEqualTo(limit.Usd!.Value);
            (tokens + open.Values.Sum(r => r.Tokens!.Value)).ShouldBeLessThanOrEqualTo(limit.Tokens!.Value);
            (calls + open.Count).ShouldBeLessThanOrEqualTo(limit.Calls!.Value);
        }

        open.ShouldBeEmpty();
    }

    private async Task<Run> StartAsync(BudgetAmount limit)
    {
        var run = Runs.GetRun(NewId());
        await run.SetBudgetAsync(limit);
        return run;
    }

    private static Task<CallAnswer> CallAsync(Run run, int request, decimal price) =>
        run.CallAsync("llm", $"{request}", (_, _) => Task.FromResult(Priced(price)), new CallOptions { Estimate = new CallCost(price) });

    private static Task<CallAnswer> CallAsync(Run run, string request, decimal price) => run.CallAsync("llm", request, (_, _) => Task.FromResult(Priced(price)));

    private static CallResponse Priced(decimal usd) => CallResponse.OfText("answered") with { CostUsd = usd, InputTokens = 10, OutputTokens = 5 };

    private static StreamName AccountOf(Run run) => new($"budget:{run.History.Root}");

    private static async Task<IEnumerable<string>> TypesOfAsync(Run run) => (await run.ReadAllAsync()).Select(e => e.Type);
}
