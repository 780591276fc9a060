namespace Ledger.Explorer.Branches;

/// <summary>A run or branch as a lane of the tree.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Label">Its label for people, or null.</param>
/// <param name="Parent">The row of the parent's lane, or null for the root.</param>
/// <param name="Depth">The number of forks between it and the root.</param>
/// <param name="From">The position of its first own event, which is where it was forked.</param>
/// <param name="Length">The length of its history.</param>
/// <param name="CreatedAt">The time of its creation.</param>
internal sealed record BranchLane(
    StreamName Stream, string? Label, int? Parent, int Depth, Position From, Position Length, DateTimeOffset CreatedAt);
