namespace Ledger.Runs;

/// <summary>An amount in the units of a budget.</summary>
/// <param name="Usd">US dollars. Null: no limit or, of a call, not known.</param>
/// <param name="Tokens">Tokens of requests and responses. Null: no limit or, of a call, not known.</param>
/// <param name="Calls">Calls made. Null: no limit.</param>
public sealed record BudgetAmount(decimal? Usd = null, long? Tokens = null, long? Calls = null)
{
    internal static BudgetAmount Zero { get; } = new(0, 0, 0);

    /// <summary>What a call cost, by its recorded response.</summary>
    internal static BudgetAmount OfCall(CallCost cost) => new(cost.Usd ?? 0, cost.Tokens ?? 0, 1);

    internal BudgetAmount Plus(BudgetAmount other) =>
        new((Usd ?? 0) + (other.Usd ?? 0), (Tokens ?? 0) + (other.Tokens ?? 0), (Calls ?? 0) + (other.Calls ?? 0));

    internal BudgetAmount Negated() => new(-Usd, -Tokens, -Calls);
}
