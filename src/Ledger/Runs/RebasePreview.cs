using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>What a rebase writes to the new branch, and what it leaves out.</summary>
/// <remarks>Immutable. It holds for the two lengths that it names.</remarks>
public sealed record RebasePreview
{
    internal RebasePreview()
    {
    }

    /// <summary>The branch that is rebased; it does not change.</summary>
    public required StreamName Source { get; init; }

    /// <summary>How many events of its history are rebased.</summary>
    public required Position SourceLength { get; init; }

    /// <summary>The run or branch whose end the new branch begins at.</summary>
    public required StreamName Onto { get; init; }

    /// <summary>The length of its history.</summary>
    public required Position OntoLength { get; init; }

    /// <summary>The common state of both.</summary>
    public required MergeBase Base { get; init; }

    /// <summary>The branch's events that the other history lacks, and what becomes of each; none of a squash.</summary>
    public IReadOnlyList<CarriedEvent> Events { get; init; } = [];

    /// <summary>What a squash writes.</summary>
    public IReadOnlyList<MergeChange> Changes { get; init; } = [];

    /// <summary>The conflicts because of which an event or, of a squash, a value is left out.</summary>
    public IReadOnlyList<MergeConflict> Conflicts { get; init; } = [];

    /// <summary>The conflicts that were decided, and how.</summary>
    public IReadOnlyList<KeyValuePair<MergeConflict, MergeDecision>> Decisions { get; init; } = [];
}
