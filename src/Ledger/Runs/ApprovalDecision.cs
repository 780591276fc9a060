namespace Ledger.Runs;

/// <summary>What was decided on a call that needs approval.</summary>
public enum ApprovalDecision
{
    /// <summary>The call may be made.</summary>
    Approved,

    /// <summary>The call must not be made.</summary>
    Denied,
}
