namespace Ledger.Runs;

/// <summary>Whether a call needs the approval of a person before it is made.</summary>
public enum ApprovalPolicy
{
    /// <summary>It is made at once.</summary>
    None,

    /// <summary>It is made only after its very request was approved; answers from the log need no approval.</summary>
    Required,
}
