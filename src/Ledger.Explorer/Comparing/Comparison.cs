using Ledger.Explorer.Diffs;
using Ledger.Log;

namespace Ledger.Explorer.Comparing;

/// <summary>Two to four runs or branches side by side.</summary>
internal sealed record Comparison
{
    /// <summary>The most runs and branches that are compared.</summary>
    public const int MostSides = 4;

    /// <summary>The most events of each that are compared after those that all share.</summary>
    public const int MostEvents = 10_000;

    /// <summary>The most data of each, in bytes.</summary>
    public const long MostBytes = 32 * 1024 * 1024;

    /// <summary>The runs and branches, in the order in which they were chosen.</summary>
    public required IReadOnlyList<ComparedSide> Sides { get; init; }

    /// <summary>How many events all share by reference.</summary>
    public required Position Shared { get; init; }

    /// <summary>Their events after those, side by side: where a side is cut, as far as its last event that is compared.</summary>
    public required IReadOnlyList<AlignedRow> Rows { get; init; }

    /// <summary>Where their worlds differ.</summary>
    public required WorldComparison Worlds { get; init; }

    /// <summary>The number of rows at the beginning that are the same in all; all of them if nothing differs.</summary>
    public int SameAtFirst => Rows.TakeWhile(row => row.IsSame).Count();

    /// <summary>Whether one of them has more events than are compared.</summary>
    public bool IsCut => Sides.Any(side => side.IsCut);

    /// <summary>Whether an event of one is not in another, or another one, as far as they are compared.</summary>
    public bool IsDivergent => SameAtFirst < Rows.Count;
}

/// <summary>One of the runs and branches compared.</summary>
/// <param name="Stream">The run or branch.</param>
/// <param name="Length">The length of its history.</param>
/// <param name="Branch">Its place in the tree; null for a run.</param>
/// <param name="Cost">How it is doing and what it cost; null if that is not known.</param>
/// <param name="IsCut">Whether it has more events than are compared.</param>
internal sealed record ComparedSide(StreamInfo Stream, Position Length, BranchInfo? Branch, SideCost? Cost, bool IsCut)
{
    public StreamName Name => Stream.Name;
}
