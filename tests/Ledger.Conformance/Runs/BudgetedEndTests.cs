using System.Net;
using System.Text.Json;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>What a call costs a budget that has no answer: it failed, was cut off, or was begun again.</summary>
public abstract class BudgetedEndTests(ITestEngine engine) : PolledToolTests(engine)
{
    private static readonly CallOptions OneDollar = new() { Estimate = new CallCost(1) };

    [Fact]
    public async Task Call_ThatFails_CostsItsEstimate_UnlessItWasNotMade()
    {
        var run = await StartAsync(new BudgetAmount(Usd: 3, Calls: 3));
        foreach (var notMade in new Exception[]
        {
            new CallNotMadeException("no such model"), new HttpRequestException("busy", null, HttpStatusCode.TooManyRequests),
            new HttpRequestException(HttpRequestError.NameResolutionError),
        })
        {
            await Should.ThrowAsync<Exception>(() => run.CallAsync("llm", "0", (_, _) => throw notMade, OneDollar));
        }

        (await run.GetBudgetAsync())!.ShouldSatisfyAllConditions(b => b.Spent.ShouldBe(new BudgetAmount(0, 0, 0)), b => b.Reserved.ShouldBe(new BudgetAmount(0, 0, 0)));

        // What a provider has begun to answer it may charge for, also if no one has read the answer.
        foreach (var cutOff in new Exception[] { new TimeoutException(), new IOException("reset"), new FormatException("'<' is no JSON.") })
        {
            (await Should.ThrowAsync<Exception>(() => run.CallAsync("llm", "1", (_, _) => throw cutOff, OneDollar))).ShouldBe(cutOff);
        }

        (await run.GetBudgetAsync()).ShouldBe(new RunBudget(new BudgetAmount(3, null, 3), new BudgetAmount(3, 0, 3), new BudgetAmount(0, 0, 0)));
        await Should.ThrowAsync<BudgetExceededException>(() => run.CallAsync("llm", "1", CallAsync, OneDollar));
        (await ReadAsync(new StreamName($"budget:{run.StreamName}"))).Where(e => e.Type == "budget.settled").Select(e => e.ToJsonElement().TryGetProperty("estimated", out _))
            .ShouldBe([false, false, false, true, true, true]);

        // An estimate is no price that later calls are expected to have.
        await run.SetBudgetAsync(new BudgetAmount(Usd: 3.1m, Calls: 9));
        await run.CallAsync("llm", "2", CallAsync);
    }

    [Fact]
    public async Task Stream_ThatIsLeftEarly_CostsItsEstimate()
    {
        var run = await StartAsync(new BudgetAmount(Usd: 2));
        await foreach (var part in run.CallStreamingAsync(
            "llm", JsonElement.Parse("1"), (_, _) => Enumerable.Range(0, 1_000).ToAsyncEnumerable(), _ => CallResponse.OfText("read whole") with { CostUsd = 0.1m }, _ => [], OneDollar))
        {
            part.ShouldBe(0);
            break;
        }

        (await run.GetBudgetAsync()).ShouldBe(new RunBudget(new BudgetAmount(2), new BudgetAmount(1, 0, 1), new BudgetAmount(0, 0, 0)));
    }

    [Fact]
    public async Task Call_WithAnUnknownEnd_KeepsItsReservation_UntilItIsReleased()
    {
        var run = await StartAsync(new BudgetAmount(Usd: 1));
        await Should.ThrowAsync<TimeoutException>(
            () => run.CallAsync("llm", "1", (_, _) => throw new TimeoutException(), OneDollar with { Effects = EffectPolicy.Refuse }));
        (await run.GetBudgetAsync())!.Left.Usd.ShouldBe(0);
        await Should.ThrowAsync<BudgetExceededException>(() => run.CallAsync("llm", "2", CallAsync, OneDollar));

        await run.ReleaseCallAsync((await run.ListOpenCallsAsync()).Single().RequestId);
        (await run.GetBudgetAsync())!.Left.Usd.ShouldBe(1);
        await run.CallAsync("llm", "2", CallAsync, OneDollar);
    }

    [Fact]
    public async Task Call_MadeAgainWhenItsCallerIsGone_CountsTwice_BecauseBothMayBePaid()
    {
        var run = await StartAsync(new BudgetAmount(Calls: 2));
        await BeginAndHangAsync(run.Id);
        await new AgentLedger(Store, Impatient).GetRun(run.Id).CallAsync("tool", Poll, CallAsync);

        (await run.GetBudgetAsync()).ShouldBe(new RunBudget(new BudgetAmount(Calls: 2), new BudgetAmount(0, 0, 1), new BudgetAmount(0, 0, 1)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_MadeAgainWhenItsCallerIsGone_IsListed_UntilItIsReleasedOrAnswered(bool isAnswered)
    {
        var run = await StartAsync(new BudgetAmount(Usd: 9, Calls: 3));
        var branch = await run.ForkAsync();
        foreach (var history in new[] { run, branch })
        {
            var hung = await BeginAndHangAsync(history);
            var again = new AgentLedger(await Engine.OpenAgainAsync(Store), Impatient);
            var handle = await again.OpenAsync(history.StreamName);
            await handle.CallAsync("tool", Poll, CallAsync);

            // It holds a part of the budget, but the run does not wait for it.
            var open = (await handle.ListOpenCallsAsync()).ShouldHaveSingleItem();
            (open.RequestId, open.IsUnknown).ShouldBe((hung.RequestId, true));
            (await again.ListOpenCallsAsync()).Where(c => c.Stream == history.StreamName).ShouldBe([new RunCall(history.StreamName, open)]);
            (await handle.GetSummaryAsync())!.ShouldSatisfyAllConditions(s => s.Status.ShouldBe(RunStatus.Running), s => s.OpenCalls.ShouldBe([open]));
            if (isAnswered)
            {
                await handle.AnswerAsync(open.RequestId, CallResponse.OfText("made twice") with { CostUsd = 0.5m });
            }
            else
            {
                await handle.ReleaseCallAsync(open.RequestId);
            }

            (await handle.ListOpenCallsAsync()).ShouldBeEmpty();
            (await again.ListOpenCallsAsync()).ShouldNotContain(c => c.Stream == history.StreamName);
            (await handle.GetBudgetAsync())!.Reserved.ShouldBe(new BudgetAmount(0, 0, 0));
            (await (await again.OpenAsync(history.StreamName)).CallAsync("tool", Poll, CallAsync)).Text.ShouldBe($"answer {Calls}", "the first answer counts");
            await Should.ThrowAsync<ArgumentException>(() => handle.ReleaseCallAsync(open.RequestId));
            await run.SetBudgetAsync(new BudgetAmount(Usd: 9, Calls: 6));
        }

        (await run.GetBudgetAsync())!.Spent.ShouldBe(isAnswered ? new BudgetAmount(1, 0, 4) : new BudgetAmount(0, 0, 2));
    }

    private async Task<Run> StartAsync(BudgetAmount limit)
    {
        var run = Runs.GetRun(NewId());
        await run.SetBudgetAsync(limit);
        return run;
    }
}
