namespace Ledger.Runs;

/// <summary>What a run or branch waits for.</summary>
public enum RunWait
{
    /// <summary>A person's decision on a request for approval.</summary>
    Approval,

    /// <summary>A higher budget: one was exhausted, and no call was begun since.</summary>
    Budget,

    /// <summary>The end of a call that was begun: it is being made, or its caller is gone.</summary>
    Call,
}
