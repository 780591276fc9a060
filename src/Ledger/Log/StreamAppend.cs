namespace Ledger.Log;

/// <summary>The part of an append that goes to one stream.</summary>
/// <param name="Stream">The stream; it is created at version 0 if it does not exist, even with no events to append.</param>
/// <param name="Expected">What the stream must be for the append to be accepted.</param>
/// <param name="Events">The events in order; their ids must differ.</param>
public sealed record StreamAppend(StreamName Stream, ExpectedVersion Expected, IReadOnlyList<NewEvent> Events)
{
    /// <summary>Whether Ledger itself says something by it, in a stream that no program may write.</summary>
    internal bool IsOfLedger { get; init; }
}
