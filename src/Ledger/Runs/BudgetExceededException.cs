namespace Ledger.Runs;

/// <summary>A call would exceed the budget of its run and the run's branches, or one that the run has joined; it was not made.</summary>
public sealed class BudgetExceededException : Exception
{
    internal BudgetExceededException(StreamName stream, string kind, BudgetAmount asked, RunBudget budget, IReadOnlyList<(string Limit, string Reason)> limits, StreamName? joined = null)
        : base(
            $"A call of kind '{kind}' in '{stream}' was not made, because it could exceed the budget{(joined is { } owner ? $" of '{owner}'" : "")} ({string.Join("; ", limits.Select(l => l.Reason))}). "
            + $"Raise the budget with {nameof(Run.SetBudgetAsync)}, or release unknown calls with {nameof(Run.ReleaseCallAsync)}.") =>
        (Stream, Kind, Asked, Budget, Limits, Joined) = (stream, kind, asked, budget, [.. limits.Select(l => l.Limit)], joined);

    /// <summary>The stream of the run or branch.</summary>
    public StreamName Stream { get; }

    /// <summary>The kind of the call.</summary>
    public string Kind { get; }

    /// <summary>The estimate of the call; null in units where it is not known.</summary>
    public BudgetAmount Asked { get; }

    /// <summary>The budget that the call was refused by.</summary>
    public RunBudget Budget { get; }

    /// <summary>What the budget is of, if the run has joined it: a task or another run; null for the budget of the run itself.</summary>
    public StreamName? Joined { get; }

    internal IReadOnlyList<string> Limits { get; }

    /// <summary>What is left of the budget; null in units without a limit.</summary>
    public BudgetAmount Left => Budget.Left;
}
