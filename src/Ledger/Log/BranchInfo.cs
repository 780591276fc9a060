namespace Ledger.Log;

/// <summary>A branch's place in the tree.</summary>
/// <param name="Stream">The stream of the branch's own events.</param>
/// <param name="Parent">The run or branch that was forked.</param>
/// <param name="Root">The run that both descend from.</param>
/// <param name="ForkPosition">How many events of the parent's history the branch shares.</param>
/// <param name="Lineage">Where those events are stored, from the root down.</param>
/// <param name="Name">A label for people, or null.</param>
/// <param name="CreatedAt">When the branch was forked.</param>
public sealed record BranchInfo(
    StreamName Stream,
    StreamName Parent,
    StreamName Root,
    Position ForkPosition,
    IReadOnlyList<LineageSegment> Lineage,
    string? Name,
    DateTimeOffset CreatedAt)
{
    /// <summary>The segments that make up the branch's history.</summary>
    public History History => new(Stream, Root, Lineage);
}
