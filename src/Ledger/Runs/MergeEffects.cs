namespace Ledger.Runs;

/// <summary>What the merged part of a history did outside of its world, and what it had merged itself: it is not merged, and the target rests on it from then on.</summary>
/// <param name="Calls">The calls and what they cost.</param>
/// <param name="Tools">How often each tool was called, sorted by name.</param>
public sealed record MergeEffects(CallTotals Calls, IReadOnlyList<KeyValuePair<string, long>> Tools)
{
    /// <summary>Nothing.</summary>
    public static MergeEffects None { get; } = new(CallTotals.None, []);
}
