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

        // What both share ends where one of them was forked: it states the cost of that.
        var before = BeforeFork(a, shared) ?? BeforeFork(b, shared);
        return (new SideCost(a, Minus(a.Usage.Whole, before)), new SideCost(b, Minus(b.Usage.Whole, before)));
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
