namespace Ledger.Records;

/// <summary>A record of a state whose events are not in the log.</summary>
/// <param name="Record">The record.</param>
/// <param name="Seq">The seq of the event that wrote it last, as far as that is known.</param>
/// <param name="Ordinal">Its place in the order of first insertion; 0 for that of the event that it stands in.</param>
/// <param name="At">The seq at which the state stands.</param>
/// <param name="Ts">When the state was taken.</param>
internal sealed record StateRecord(RecordText Record, long Seq, long Ordinal, long At, string Ts);
