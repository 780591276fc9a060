namespace Ledger.Worlds;

/// <summary>The result of a replay: the world folded from the log, and the comparison of the stored worlds with it.</summary>
/// <param name="Stream">The run or branch.</param>
/// <param name="World">The world, folded from the first event on.</param>
/// <param name="Elapsed">The time for reading and folding.</param>
/// <param name="Comparisons">One for each stored form that reads up to the position would start from; empty if nothing is stored.</param>
public sealed record ReplayReport(StreamName Stream, World World, TimeSpan Elapsed, IReadOnlyList<ReplayComparison> Comparisons)
{
    /// <summary>The number of events that were folded.</summary>
    public Position Position => World.Position;

    /// <summary>Whether all stored forms equal the replayed world.</summary>
    public bool IsSame => Comparisons.All(c => c.IsSame);
}
