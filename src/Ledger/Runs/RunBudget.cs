using System.Globalization;
using System.Numerics;

namespace Ledger.Runs;

/// <summary>The budget of a run and all its branches together.</summary>
/// <param name="Limit">What was set last.</param>
/// <param name="Spent">What the answered calls cost since the first budget was set.</param>
/// <param name="Reserved">What is reserved for calls that have not ended, including those whose end is unknown.</param>
public sealed record RunBudget(BudgetAmount Limit, BudgetAmount Spent, BudgetAmount Reserved)
{
    /// <summary>What further calls may cost, null where there is no limit; below zero after calls that cost more than their estimate.</summary>
    public BudgetAmount Left => Limit.LeftAfter(Spent).LeftAfter(Reserved);

    /// <summary>The limits that do not allow a call, such as <c>max_usd=5</c>, and why; empty if it may be made.</summary>
    internal IReadOnlyList<(string Limit, string Reason)> LimitsAgainst(BudgetAmount asked)
    {
        var left = Left;
        return
        [
            .. Against("max_usd", "USD", Limit.Usd, left.Usd, asked.Usd),
            .. Against("max_tokens", "tokens", Limit.Tokens, left.Tokens, asked.Tokens),
            .. Against("max_calls", "calls", Limit.Calls, left.Calls, asked.Calls),
        ];
    }

    // What costs nothing is always allowed; what costs an unknown amount only while something is left.
    private static (string Limit, string Reason)[] Against<T>(string name, string unit, T? limit, T? left, T? asked)
        where T : struct, INumber<T>
    {
        if (left is not { } room || (asked is { } amount ? T.IsZero(amount) || amount <= room : room > T.Zero))
        {
            return [];
        }

        var wanted = asked?.ToString(null, CultureInfo.InvariantCulture) ?? "an unknown amount";
        return [(string.Create(CultureInfo.InvariantCulture, $"{name}={limit}"), string.Create(CultureInfo.InvariantCulture, $"{unit}: {wanted} asked, {room} left"))];
    }
}
