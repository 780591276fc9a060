namespace Ledger.Records;

/// <summary>The beginning of a state whose events are not in the log: after a compaction, or from a snapshot.</summary>
/// <param name="Seq">The seq of the last event in it.</param>
/// <param name="Hash">That event's hash.</param>
/// <param name="Ts">The time of the state.</param>
internal sealed record StateMark(long Seq, string Hash, string Ts);
