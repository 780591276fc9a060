namespace Ledger.Runs;

/// <summary>What happens to calls that exceed a budget.</summary>
public sealed record BudgetOptions
{
    /// <summary>Whether such a call is refused, or more is asked for: default <see cref="BudgetPolicy.Refuse"/>.</summary>
    public BudgetPolicy WhenExceeded
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "There is no such policy.");
    }

    /// <summary>How much more is asked for in each unit that is exceeded, above zero and at most 10^12: default null, as much as the limit again.</summary>
    public BudgetAmount? Raise
    {
        get;
        init => field = value is { Usd: <= 0 } or { Tokens: <= 0 } or { Calls: <= 0 }
            ? throw new ArgumentOutOfRangeException(nameof(value), value, "What is asked for must be more than zero.")
            : value is { IsInRange: false }
            ? throw new ArgumentOutOfRangeException(nameof(value), value, $"What is asked for must be at most {BudgetAmount.Most} in each unit.")
            : value;
    }
}
