namespace Ledger.Runs;

/// <summary>What happens to a call that exceeds a budget; <c>budget.exhausted</c> is recorded in any case.</summary>
public enum BudgetPolicy
{
    /// <summary>It is refused by a <see cref="BudgetExceededException"/>.</summary>
    Refuse,

    /// <summary>More is asked for, as approvals are (<see cref="Run.ListApprovalsAsync"/>), by an <see cref="ApprovalPendingException"/>: once it is approved, the call can be made again.</summary>
    Ask,

    /// <summary>More is asked for, and the call waits: it continues once that is approved or there is room without it, and is refused once it is denied or has expired.</summary>
    Wait,
}
