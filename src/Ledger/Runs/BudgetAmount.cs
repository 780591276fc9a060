using System.Numerics;

namespace Ledger.Runs;

/// <summary>An amount in the units of a budget.</summary>
/// <param name="Usd">US dollars. Null: no limit or, of a call, not known.</param>
/// <param name="Tokens">Tokens of requests and responses. Null: no limit or, of a call, not known.</param>
/// <param name="Calls">Calls made. Null: no limit.</param>
public sealed record BudgetAmount(decimal? Usd = null, long? Tokens = null, long? Calls = null)
{
    /// <summary>The most that can be set as a limit or asked for, in each unit.</summary>
    internal const long Most = (long)CallCost.MaxUsd;

    internal static BudgetAmount Zero { get; } = new(0, 0, 0);

    /// <summary>Whether each unit is at most what can be set.</summary>
    internal bool IsInRange => Usd is null or <= Most && Tokens is null or <= Most && Calls is null or <= Most;

    /// <summary>What a call cost, by its recorded response.</summary>
    internal static BudgetAmount OfCall(CallCost cost) => new(cost.Usd ?? 0, cost.Tokens ?? 0, 1);

    internal BudgetAmount Plus(BudgetAmount other) =>
        new(Sum(Usd ?? 0, other.Usd ?? 0), Sum(Tokens ?? 0, other.Tokens ?? 0), Sum(Calls ?? 0, other.Calls ?? 0));

    internal BudgetAmount Minus(BudgetAmount other) =>
        new(Difference(Usd ?? 0, other.Usd ?? 0), Difference(Tokens ?? 0, other.Tokens ?? 0), Difference(Calls ?? 0, other.Calls ?? 0));

    /// <summary>The same limits, each higher by an amount; where there is none, there is none.</summary>
    internal BudgetAmount RaisedBy(BudgetAmount more) => WhereKnown(Plus(more));

    /// <summary>What is left of the same limits; where there is none, there is none.</summary>
    internal BudgetAmount LeftAfter(BudgetAmount used) => WhereKnown(Minus(used));

    private BudgetAmount WhereKnown(BudgetAmount amount) => new(
        Usd is null ? null : amount.Usd,
        Tokens is null ? null : amount.Tokens,
        Calls is null ? null : amount.Calls);

    // A log can have any numbers, also such that were written by hand: their sum must not wrap, or stop the reading of the budget.
    private static T Sum<T>(T a, T b)
        where T : INumber<T>, IMinMaxValue<T> =>
        a > T.Zero && b > T.MaxValue - a ? T.MaxValue
        : a < T.Zero && b < T.MinValue - a ? T.MinValue
        : a + b;

    private static T Difference<T>(T a, T b)
        where T : INumber<T>, IMinMaxValue<T> => Sum(a, b == T.MinValue ? T.MaxValue : -b);
}
