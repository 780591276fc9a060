using Ledger.Log;
using Ledger.Runs;
using Shouldly;

namespace Ledger.Cli.Tests.Calls;

/// <summary>A call that never ends.</summary>
internal static class HangingCall
{
    /// <summary>Begins one whose caller counts as gone.</summary>
    public static async Task<CallContext> BeginAsync(IEventStore store, string id)
    {
        var begun = new TaskCompletionSource<CallContext>();
        _ = new AgentLedger(store).GetRun(id).CallAsync("tool", "1", async (context, _) =>
        {
            begun.SetResult(context);
            await new TaskCompletionSource().Task;
            return CallResponse.OfText("never");
        });
        var call = await begun.Task;
        var impatient = new AgentLedger(store, new AgentLedgerOptions { CallLease = TimeSpan.FromTicks(1) }).GetRun(id);
        await Should.ThrowAsync<CallUnknownException>(
            () => impatient.CallAsync("tool", "1", (_, _) => throw new InvalidOperationException(), new CallOptions { Effects = EffectPolicy.Refuse }));
        return call;
    }
}
