namespace Ledger.Worlds;

/// <summary>What becomes of an event of objects and relations in another world.</summary>
/// <param name="Outcome">Whether it is written again.</param>
/// <param name="Changes">The events that are written for it, in order.</param>
/// <param name="Open">The conflicts that were not decided.</param>
/// <param name="Decided">Those that were, and how.</param>
internal sealed record CarriedChange(
    CarryOutcome Outcome,
    IReadOnlyList<MergeChange> Changes,
    IReadOnlyList<MergeConflict> Open,
    IReadOnlyList<KeyValuePair<MergeConflict, MergeDecision>> Decided)
{
    public static CarriedChange None { get; } = new(CarryOutcome.Unchanged, [], [], []);
}
