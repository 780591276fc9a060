using Ledger.Runs;

namespace Ledger.Explorer.Diffs;

/// <summary>Two worlds side by side; only the form if one is missing.</summary>
internal sealed record DiffModel
{
    /// <summary>The most lines shown of each kind.</summary>
    public const int Most = 400;

    public required DiffSide? A { get; init; }

    public required DiffSide? B { get; init; }

    public WorldDiff? Diff { get; init; }

    /// <summary>Where the histories diverge; null if both are positions of one history.</summary>
    public Divergence? Divergence { get; init; }
}

/// <summary>One of two worlds.</summary>
/// <param name="Stream">The run or branch.</param>
/// <param name="At">The number of events applied.</param>
internal sealed record DiffSide(StreamName Stream, Position At);
