using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>What a cherry-pick writes, and what stands in its way.</summary>
/// <remarks>Immutable. It holds for the length that it names.</remarks>
public sealed record CherryPickPreview
{
    internal CherryPickPreview()
    {
    }

    /// <summary>The run or branch that is picked into.</summary>
    public required StreamName Target { get; init; }

    /// <summary>The length of its history.</summary>
    public required Position TargetLength { get; init; }

    /// <summary>The run or branch that has the events.</summary>
    public required StreamName Source { get; init; }

    /// <summary>The events in the order of the source's history, and what becomes of each.</summary>
    public required IReadOnlyList<CarriedEvent> Events { get; init; }

    /// <summary>The events that the chosen ones follow from, directly or not, that were not chosen, and that the target lacks; none if they are included.</summary>
    public IReadOnlyList<RecordedEvent> Missing { get; init; } = [];

    /// <summary>The open conflicts, event by event. A value is asked about again if a later event changes it.</summary>
    public IReadOnlyList<MergeConflict> Conflicts => [.. Events.SelectMany(e => e.Conflicts)];

    /// <summary>The conflicts that were decided, and how.</summary>
    public IReadOnlyList<KeyValuePair<MergeConflict, MergeDecision>> Decisions => [.. Events.SelectMany(e => e.Decisions)];
}
