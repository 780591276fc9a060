namespace Ledger.Log;

/// <summary>The part of an append that goes to one stream.</summary>
/// <param name="Stream">The stream, which comes into being at version 0 when it is absent, also with no events to append.</param>
/// <param name="Expected">What the stream must be for the append to be accepted.</param>
/// <param name="Events">The events in the order that the stream gets them; their ids must differ.</param>
public sealed record StreamAppend(StreamName Stream, ExpectedVersion Expected, IReadOnlyList<NewEvent> Events);
