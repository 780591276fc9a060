namespace Ledger.Records;

/// <summary>Where a state stands whose events are not in the log: behind a compaction, or from a snapshot.</summary>
/// <param name="Seq">The seq of the last event in it.</param>
/// <param name="Hash">That event's hash.</param>
/// <param name="Ts">When it was taken.</param>
internal sealed record StateMark(long Seq, string Hash, string Ts);
