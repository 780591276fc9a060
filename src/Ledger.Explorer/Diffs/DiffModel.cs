using Ledger.Runs;

namespace Ledger.Explorer.Diffs;

/// <summary>Two worlds side by side; without both there is the form alone.</summary>
internal sealed record DiffModel
{
    /// <summary>How many lines of each kind are shown.</summary>
    public const int Most = 400;

    public required DiffSide? A { get; init; }

    public required DiffSide? B { get; init; }

    public WorldDiff? Diff { get; init; }

    /// <summary>Where the histories part; null where they are positions of one.</summary>
    public Divergence? Divergence { get; init; }
}

/// <summary>One of two worlds.</summary>
/// <param name="Stream">Whose.</param>
/// <param name="At">After how many events.</param>
internal sealed record DiffSide(StreamName Stream, Position At);
