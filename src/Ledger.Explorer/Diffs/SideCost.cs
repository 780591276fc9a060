using Ledger.Runs;

namespace Ledger.Explorer.Diffs;

/// <summary>How one of two runs or branches is doing, and what it cost, as of its last event.</summary>
/// <param name="Summary">How it is doing.</param>
/// <param name="SinceParted">What its calls cost after the events that both share; null if they share none, or that is not known.</param>
internal sealed record SideCost(RunSummary Summary, CallTotals? SinceParted)
{
    /// <summary>Both sides; null where one has no summary.</summary>
    /// <param name="a">The one.</param>
    /// <param name="b">The other.</param>
    /// <param name="shared">How many events both share by reference.</param>
    public static (SideCost A, SideCost B)? Of(RunSummary? a, RunSummary? b, Position shared)
    {
        if (a is null || b is null)
        {
            return null;
        }

        var costs = Of([a, b], shared);
        return (costs[0]!, costs[1]!);
    }

    /// <summary>Each side; null for one without a summary.</summary>
    /// <param name="sides">The sides.</param>
    /// <param name="shared">How many events all share by reference.</param>
    public static IReadOnlyList<SideCost?> Of(IReadOnlyList<RunSummary?> sides, Position shared)
    {
        // What all share ends where one of them was forked: it states the cost of that.
        var before = sides.OfType<RunSummary>().Select(side => BeforeFork(side, shared)).FirstOrDefault(cost => cost is not null);
        return [.. sides.Select(side => side is null ? null : new SideCost(side, Minus(side.Usage.Whole, before)))];
    }

    private static CallTotals? BeforeFork(RunSummary run, Position shared) =>
        run.Usage.SinceFork is { } own && run.Length.Value - run.Version.Value == shared.Value ? Minus(run.Usage.Whole, own) : null;

    private static CallTotals? Minus(CallTotals whole, CallTotals? part) => part is null ? null : new CallTotals(
        whole.Calls - part.Calls,
        whole.Failed - part.Failed,
        whole.Answered - part.Answered,
        whole.CostUsd - part.CostUsd,
        whole.SavedUsd - part.SavedUsd,
        whole.Tokens - part.Tokens,
        whole.SavedTokens - part.SavedTokens);
}
