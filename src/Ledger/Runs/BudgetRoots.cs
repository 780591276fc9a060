using Ledger.Log;

namespace Ledger.Runs;

/// <summary>The budgets that a history names: the limit of its own, or null for none, and what it has joined, in that order. Immutable.</summary>
internal sealed record BudgetRoots(BudgetAmount? Own, IReadOnlyList<StreamName> Joined)
{
    public static BudgetRoots None { get; } = new(null, []);

    public bool IsEmpty => Own is null && Joined.Count == 0;

    /// <summary>Whether events of a type name a budget.</summary>
    public static bool AreNamedBy(string eventType) => eventType is "budget.set" or "budget.joined";

    /// <summary>The budgets after an event, given its data.</summary>
    public BudgetRoots With(object data) => data switch
    {
        BudgetSet set => this with { Own = new BudgetAmount(set.Usd, set.Tokens, set.Calls) },
        BudgetJoined joined when BudgetStream.Parse(joined.Budget) is { } budget && !Joined.Contains(budget) => this with { Joined = [.. Joined, budget] },
        _ => this,
    };
}
