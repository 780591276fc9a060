using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>What a merge of one run or branch into another writes, and what stands in its way.</summary>
/// <remarks>Immutable. It holds for the two lengths that it names.</remarks>
public sealed record MergePreview
{
    internal MergePreview()
    {
    }

    /// <summary>The run or branch that is merged into.</summary>
    public required StreamName Target { get; init; }

    /// <summary>The length of its history.</summary>
    public required Position TargetLength { get; init; }

    /// <summary>The run or branch that is merged.</summary>
    public required StreamName Source { get; init; }

    /// <summary>How many events of its history are merged.</summary>
    public required Position SourceLength { get; init; }

    /// <summary>The common state that both are compared with: the newest, if there are several that no other contains.</summary>
    public required MergeBase Base { get; init; }

    /// <summary>The events of objects and relations that the merge writes, in order; with open conflicts, those that do not depend on them.</summary>
    public IReadOnlyList<MergeChange> Changes { get; init; } = [];

    /// <summary>The open conflicts: objects first, sorted by id and place. Lost ends of a relation come to light when its other conflicts are decided.</summary>
    public IReadOnlyList<MergeConflict> Conflicts { get; init; } = [];

    /// <summary>The conflicts that were decided, and how.</summary>
    public IReadOnlyList<KeyValuePair<MergeConflict, MergeDecision>> Decisions { get; init; } = [];

    /// <summary>What the source did outside of its world, since the target last had its state.</summary>
    public MergeEffects Effects { get; init; } = MergeEffects.None;

    /// <summary>Whether the source's world has not changed since the common state: a merge writes nothing.</summary>
    public bool IsUpToDate { get; init; }
}
