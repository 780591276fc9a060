namespace Ledger.Worlds;

/// <summary>The comparison of one stored form of a world with the replayed one.</summary>
/// <param name="Form">The form: <c>snapshot</c> or <c>rows</c>.</param>
/// <param name="Stream">The stream that it is stored for: the run or branch, or an ancestor whose snapshot its reads start from.</param>
/// <param name="Position">The position of the stored world.</param>
/// <param name="Difference">The first value that differs; null if none does, or if the stored world cannot be read.</param>
/// <param name="Fault">The reason why reads do not use it, as a sentence; null if they do.</param>
public sealed record ReplayComparison(string Form, StreamName Stream, Position Position, WorldDifference? Difference, string? Fault)
{
    /// <summary>Whether the stored world equals the replayed one.</summary>
    public bool IsSame => Difference is null && Fault is null;
}
