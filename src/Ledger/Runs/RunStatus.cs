namespace Ledger.Runs;

/// <summary>How a run or branch is doing, as its last events say.</summary>
public enum RunStatus
{
    /// <summary>None of the others: it has begun, and nothing says that it waits or has ended.</summary>
    Running,

    /// <summary>It has ended: <c>run.completed</c>, or a model's answer that asks for no tool, a responder that finished or the end of a recording, with nothing after it.
    /// So is a branch that has no work of its own yet.</summary>
    Done,

    /// <summary>It broke off: <c>run.failed</c>, or a call, a model, a responder or a recording that failed, with nothing after it.</summary>
    Failed,

    /// <summary>It waits for something; <see cref="RunSummary.WaitsFor"/> says for what.</summary>
    Waiting,
}
