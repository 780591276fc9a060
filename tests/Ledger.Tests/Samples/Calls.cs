using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Samples;

public sealed class Calls
{
    [Fact]
    public async Task Payment_WhoseAnswerWasLost_IsFoundAtTheBank()
    {
        var store = new MemoryEventStore();
        var bank = new Bank();
        var begun = new TaskCompletionSource();
        _ = new AgentLedger(store).GetRun("payments").CallAsync("tool", """{"tool":"pay","arguments":{"invoice":7}}""", async (call, _) =>
        {
            bank.Pay(call.IdempotencyKey);
            begun.SetResult();
            await new TaskCompletionSource().Task;
            return CallResponse.OfText("lost");
        });
        await begun.Task;
        var run = new AgentLedger(store).GetRun("payments");
        CallOwner.End((await run.ListOpenCallsAsync()).Single().Owner!);

        // sample: reconcile
        var answer = await run.CallAsync("tool", """{"tool":"pay","arguments":{"invoice":7}}""", PayAsync, new CallOptions
        {
            Effects = EffectPolicy.Reconcile,
            Reconcile = async (call, cancellationToken) => await bank.FindAsync(call.IdempotencyKey, cancellationToken) is { } payment
                ? CallReconciliation.Made(CallResponse.OfText(payment))
                : CallReconciliation.NotMade,
        });
        // end of sample

        (answer.Text, bank.Payments).ShouldBe(("payment 1", 1));

        Task<CallResponse> PayAsync(CallContext call, CancellationToken cancellationToken) => Task.FromResult(CallResponse.OfText(bank.Pay(call.IdempotencyKey)));
    }

    [Fact]
    public async Task Budget_IsReservedByTheEstimate()
    {
        var ledger = new AgentLedger(new MemoryEventStore(), new AgentLedgerOptions { Price = used => (used.InputTokens + used.OutputTokens) / 1_000_000m });
        var run = ledger.GetRun("limited");
        const string request = """{"model":"small","messages":[]}""";
        RunBudget? during = null;

        // sample: budget
        await run.SetBudgetAsync(new BudgetAmount(Usd: 5, Calls: 200));
        await run.CallAsync("llm", request, AskAsync, new CallOptions { Estimate = new CallCost(InputTokens: 4_000, OutputTokens: 1_000) });
        // end of sample

        during!.Reserved.ShouldBe(new BudgetAmount(0.005m, 5_000, 1));
        (await run.GetBudgetAsync())!.Left.ShouldBe(new BudgetAmount(Usd: 4.997m, Calls: 199));

        async Task<CallResponse> AskAsync(CallContext call, CancellationToken cancellationToken)
        {
            during = await run.GetBudgetAsync(cancellationToken);
            return CallResponse.OfText("ok") with { InputTokens = 2_900, OutputTokens = 100 };
        }
    }

    [Fact]
    public async Task Payment_IsMadeAfterItWasApproved()
    {
        var run = new AgentLedger(new MemoryEventStore()).GetRun("approved");
        const string request = """{"tool":"pay","arguments":{"invoice":7}}""";
        var bank = new Bank();

        // sample: approval
        var pay = new CallOptions { Approval = ApprovalPolicy.Required };
        var pending = await Should.ThrowAsync<ApprovalPendingException>(() => run.CallAsync("tool", request, PayAsync, pay));
        await run.DecideAsync(pending.ApprovalId, ApprovalDecision.Approved, "owner", "as agreed");
        var answer = await run.CallAsync("tool", request, PayAsync, pay);
        // end of sample

        (answer.Text, bank.Payments).ShouldBe(("payment 1", 1));

        Task<CallResponse> PayAsync(CallContext call, CancellationToken cancellationToken) => Task.FromResult(CallResponse.OfText(bank.Pay(call.IdempotencyKey)));
    }

    [Fact]
    public async Task Run_SaysHowItIsDoing_AndIsFoundByIt()
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        var run = ledger.GetRun("summarized");
        var yesterday = TimeProvider.System.GetUtcNow().AddDays(-1);
        await ledger.GetRun("failed").FailAsync("no key for the archive");

        // sample: run summaries
        await run.CompleteAsync();                                  // or FailAsync("no key for the archive")
        await run.RenameAsync("Why the kettle broke");              // else: the beginning of the first question
        await run.LabelAsync(["nightly"], removed: ["draft"]);

        var failed = await ledger.Summaries.QueryAsync(new RunQuery { Status = RunStatus.Failed, ActiveSince = yesterday, Sort = RunSort.Cost });
        // end of sample

        failed.Runs.ShouldHaveSingleItem().Error.ShouldBe("no key for the archive");
        var summary = (await run.GetSummaryAsync())!;
        (summary.Status, summary.Title, summary.Labels[0]).ShouldBe((RunStatus.Done, "Why the kettle broke", "nightly"));
    }

    private sealed class Bank
    {
        private readonly Dictionary<string, string> _payments = [];

        public int Payments => _payments.Count;

        public string Pay(string key) => _payments[key] = $"payment {_payments.Count + 1}";

        public Task<string?> FindAsync(string key, CancellationToken cancellationToken) => Task.FromResult(_payments.GetValueOrDefault(key));
    }
}
