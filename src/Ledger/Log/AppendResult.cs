namespace Ledger.Log;

/// <summary>The result of an accepted append in one stream.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Version">The version of the last appended event; unchanged if there were no events.</param>
/// <param name="LastSequence">The place of the last appended event in the log; with no events, <see cref="SequenceNumber.Start"/>.</param>
/// <param name="Outcome">Whether this call wrote the events or an earlier one had.</param>
public sealed record AppendResult(StreamName Stream, StreamVersion Version, SequenceNumber LastSequence, AppendOutcome Outcome);
