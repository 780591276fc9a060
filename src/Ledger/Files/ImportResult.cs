namespace Ledger.Files;

/// <summary>What became of a recording.</summary>
/// <param name="Stream">The run or branch that it is now.</param>
/// <param name="Parent">What it was forked from, or null for a run.</param>
/// <param name="SharedEvents">How many events it shares with the parent by reference.</param>
/// <param name="SavedEvents">How many of those the recording repeats: rows that a copy would have, and that were not written.</param>
/// <param name="ReadEvents">How many events the recording has.</param>
/// <param name="WrittenEvents">How many were written now, a branch's first event included; 0 when all were there already.</param>
/// <param name="Note">A sentence on what is unusual about it, or null.</param>
public sealed record ImportResult(
    StreamName Stream,
    StreamName? Parent,
    long SharedEvents,
    long SavedEvents,
    long ReadEvents,
    long WrittenEvents,
    string? Note = null);
