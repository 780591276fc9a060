namespace Ledger.Records;

/// <summary>That an event of a stream is about a record.</summary>
/// <param name="Key">The record's key; see <see cref="ChronoRow"/>.</param>
/// <param name="Version">The event's place in the stream.</param>
/// <param name="IsApplied">False where its seq was not above the highest one before it, so that it changed nothing.</param>
internal readonly record struct RecordChange(byte[] Key, long Version, bool IsApplied);
