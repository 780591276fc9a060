namespace Ledger.Seal;

/// <summary>Sealed events that retention says it has removed. Its archive proves them; their hashes are in the tree.</summary>
/// <param name="Run">The run of retention.</param>
/// <param name="Stream">The stream that they were of.</param>
/// <param name="Events">How many; 0 where the stream is hidden from readers, because retention is removing or restoring it, and none of them is gone.</param>
/// <param name="Sequence">The number of the event <c>retention.removed</c> that says so, the first of several.</param>
public sealed record RetainedEvents(long Run, string Stream, long Events, long Sequence)
{
    /// <summary>The id of that event.</summary>
    public Guid By { get; init; }
}
