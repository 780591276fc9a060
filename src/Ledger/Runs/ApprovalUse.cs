namespace Ledger.Runs;

/// <summary>How many calls an approval is good for.</summary>
public enum ApprovalUse
{
    /// <summary>One call and its repetitions, which have one <see cref="CallContext.IdempotencyKey"/>, in the run or branch in which it was decided: the next identical request
    /// is asked for again. For payments, and all that must not happen twice.</summary>
    OneCall,

    /// <summary>Each identical request of the history, and of branches that have the decision in their prefix, until it is too old or there is a later decision.</summary>
    EveryCall,
}
