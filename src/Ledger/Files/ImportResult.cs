namespace Ledger.Files;

/// <summary>The result of importing a recording.</summary>
/// <param name="Stream">The run or branch that was written.</param>
/// <param name="Parent">The parent that it was forked from, or null for a run.</param>
/// <param name="SharedEvents">The number of events it shares with the parent by reference.</param>
/// <param name="SavedEvents">The number of those that the recording repeats: rows that a copy would have needed.</param>
/// <param name="ReadEvents">The number of events in the recording.</param>
/// <param name="WrittenEvents">The number of events written now, including a branch's first event; 0 if all existed already.</param>
/// <param name="Note">A sentence about anything unusual, or null.</param>
public sealed record ImportResult(
    StreamName Stream,
    StreamName? Parent,
    long SharedEvents,
    long SavedEvents,
    long ReadEvents,
    long WrittenEvents,
    string? Note = null);
