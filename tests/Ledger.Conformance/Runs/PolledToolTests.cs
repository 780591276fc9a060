using Ledger.Runs;

namespace Ledger.Conformance.Runs;

/// <summary>What the classes on calls share: a tool that is polled, and says how often it was.</summary>
public abstract class PolledToolTests(ITestEngine engine) : EventStoreTests(engine)
{
    protected const string Poll = """{"tool":"status","arguments":{"job":7}}""";

    protected static readonly AgentLedgerOptions Impatient = new() { CallLease = TimeSpan.FromTicks(1) };

    private int _calls;

    /// <summary>How often the tool was called.</summary>
    protected int Calls => _calls;

    /// <summary>What it was told by the last call.</summary>
    protected CallContext? Last { get; set; }

    protected Task<CallResponse> CallAsync(CallContext context, CancellationToken cancellationToken)
    {
        Last = context;
        return Task.FromResult(CallResponse.OfText($"answer {Interlocked.Increment(ref _calls)}"));
    }

    protected async Task<IReadOnlyList<string?>> PollAsync(Run run, int times)
    {
        var answers = new List<string?>();
        for (var i = 0; i < times; i++)
        {
            answers.Add((await run.CallAsync("tool", Poll, CallAsync)).Text);
        }

        return answers;
    }

    /// <summary>Begins the call and never ends it, as a process that dies does.</summary>
    protected Task<CallContext> BeginAndHangAsync(string id) => BeginAndHangAsync(Runs.GetRun(id));

    /// <summary>The same on a handle of its own of a run or branch.</summary>
    protected static async Task<CallContext> BeginAndHangAsync(Run run)
    {
        var begun = new TaskCompletionSource<CallContext>();
        _ = run.CallAsync("tool", Poll, async (context, _) =>
        {
            begun.SetResult(context);
            await new TaskCompletionSource().Task;
            return CallResponse.OfText("never");
        });
        var call = await begun.Task;
        CallOwner.End((await run.ListOpenCallsAsync()).Single(open => open.RequestId == call.RequestId).Owner!);
        return call;
    }
}
