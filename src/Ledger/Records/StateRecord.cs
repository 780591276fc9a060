namespace Ledger.Records;

/// <summary>A record of a state whose events are not in the log.</summary>
/// <param name="Record">The record.</param>
/// <param name="Seq">The seq of the event that wrote it last, if known.</param>
/// <param name="Ordinal">Its place in the order of first insertion; 0 for the place of its own event.</param>
/// <param name="At">The seq of the state.</param>
/// <param name="Ts">The time of the state.</param>
internal sealed record StateRecord(RecordText Record, long Seq, long Ordinal, long At, string Ts);
