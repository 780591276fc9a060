namespace Ledger.Runs;

/// <summary>The budgets that a history names: the limit of its own, or null for none, and what it has joined.</summary>
internal readonly record struct BudgetRoots(BudgetAmount? Own, IReadOnlyList<StreamName> Joined)
{
    public bool IsEmpty => Own is null && Joined.Count == 0;
}
