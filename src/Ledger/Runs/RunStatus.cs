namespace Ledger.Runs;

/// <summary>How a run or branch is doing, as its last events say.</summary>
public enum RunStatus
{
    /// <summary>None of the others: it has begun, and nothing says that it waits or has ended.</summary>
    Running,

    /// <summary>It has ended: <c>run.completed</c>, a model's answer that asks for no tool, or a responder that finished, with nothing after it.</summary>
    Done,

    /// <summary>It broke off: <c>run.failed</c>, or a call, a model or a responder that failed, with nothing after it.</summary>
    Failed,

    /// <summary>It waits for something; <see cref="RunSummary.WaitsFor"/> says for what.</summary>
    Waiting,
}
