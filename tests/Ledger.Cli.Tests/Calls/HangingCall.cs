using Ledger.Conformance.Decorators;
using Ledger.Log;
using Ledger.Runs;
using Shouldly;

namespace Ledger.Cli.Tests.Calls;

/// <summary>A call whose end is not in the log.</summary>
internal static class HangingCall
{
    /// <summary>Begins one whose caller counts as gone.</summary>
    public static async Task<CallContext> BeginAsync(IEventStore store, string id)
    {
        CallContext? begun = null;
        var cut = new CountingStore(store, number => number >= 2 ? throw new IOException("cut") : Task.CompletedTask);
        await Should.ThrowAsync<CallNotRecordedException>(() => new AgentLedger(cut, timeProvider: new NoWait()).GetRun(id).CallAsync("tool", "1", (context, _) =>
        {
            begun = context;
            return Task.FromResult(CallResponse.OfText("lost"));
        }));
        await Should.ThrowAsync<CallUnknownException>(() => new AgentLedger(store).GetRun(id).CallAsync(
            "tool", "1", (_, _) => throw new InvalidOperationException(), new CallOptions { Effects = EffectPolicy.Refuse }));
        return begun!;
    }

    /// <summary>A clock whose waits are over at once.</summary>
    private sealed class NoWait : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
