using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>An event that is to be written again in another history, and what becomes of it.</summary>
/// <remarks>Immutable. Two are equal if they are about the same event and have the same lists.</remarks>
public sealed record CarriedEvent
{
    internal CarriedEvent(RecordedEvent original, CarryOutcome outcome)
    {
        Original = original;
        Outcome = outcome;
    }

    /// <summary>The event.</summary>
    public RecordedEvent Original { get; }

    /// <summary>What becomes of it.</summary>
    public CarryOutcome Outcome { get; }

    /// <summary>The events that are written for it: usually one with the same JSON, and others where that history has changed the same things.</summary>
    public IReadOnlyList<NewEvent> Written { get; init; } = [];

    /// <summary>The open conflicts that keep it from being written.</summary>
    public IReadOnlyList<MergeConflict> Conflicts { get; init; } = [];

    /// <summary>The conflicts that were decided, and how.</summary>
    internal IReadOnlyList<KeyValuePair<MergeConflict, MergeDecision>> Decisions { get; init; } = [];
}
