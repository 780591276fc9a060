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
        var run = new AgentLedger(store, new AgentLedgerOptions { CallLease = TimeSpan.FromTicks(1) }).GetRun("payments");

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

    private sealed class Bank
    {
        private readonly Dictionary<string, string> _payments = [];

        public int Payments => _payments.Count;

        public string Pay(string key) => _payments[key] = $"payment {_payments.Count + 1}";

        public Task<string?> FindAsync(string key, CancellationToken cancellationToken) => Task.FromResult(_payments.GetValueOrDefault(key));
    }
}
