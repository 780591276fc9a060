namespace Ledger.Explorer.Branches;

/// <summary>A run or branch as a lane of the tree.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Label">Its label for people, or null.</param>
/// <param name="Parent">The row of the parent's lane, or null for the root.</param>
/// <param name="Depth">How many forks lie between it and the root.</param>
/// <param name="From">The position at which its own events begin: that of the fork.</param>
/// <param name="Length">The length of its history.</param>
/// <param name="CreatedAt">When it was made.</param>
internal sealed record BranchLane(
    StreamName Stream, string? Label, int? Parent, int Depth, Position From, Position Length, DateTimeOffset CreatedAt);
