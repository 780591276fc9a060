using Ledger.Runs;

namespace Ledger.Explorer.Diffs;

/// <summary>Two worlds side by side; only the form if one is missing.</summary>
internal sealed record DiffModel
{
    /// <summary>The most lines shown of each kind.</summary>
    public const int Most = 400;

    /// <summary>The most events of each side that are shown side by side.</summary>
    public const int MostEvents = 100;

    public required DiffSide? A { get; init; }

    public required DiffSide? B { get; init; }

    public WorldDiff? Diff { get; init; }

    /// <summary>How both are doing and what they cost; null if that is not known, and for two positions of one history.</summary>
    public (SideCost A, SideCost B)? Costs { get; init; }

    /// <summary>The events of both after those that are the same.</summary>
    public IReadOnlyList<EventPair> Pairs { get; init; } = [];

    /// <summary>Whether there are more events than are paired.</summary>
    public bool HasMoreEvents { get; init; }

    /// <summary>Where the histories diverge; null if both are positions of one history.</summary>
    public Divergence? Divergence { get; init; }
}

/// <summary>One of two worlds.</summary>
/// <param name="Stream">The run or branch.</param>
/// <param name="At">The number of events applied.</param>
internal sealed record DiffSide(StreamName Stream, Position At);
