namespace Ledger.Explorer.Branches;

/// <summary>The tree of a run or branch.</summary>
/// <param name="Stream">The run or branch at its root.</param>
/// <param name="Parent">The parent of the root, if the root is a branch.</param>
/// <param name="Lanes">The lanes, each below its parent.</param>
/// <param name="Picture">The lanes as SVG.</param>
internal sealed record BranchTreeModel(StreamName Stream, StreamName? Parent, IReadOnlyList<BranchLane> Lanes, string Picture);
