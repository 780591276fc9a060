namespace Ledger.Records;

/// <summary>A link from an event of a stream to the record it is about.</summary>
/// <param name="Key">The record's key; see <see cref="ChronoRow"/>.</param>
/// <param name="Version">The event's version in the stream.</param>
/// <param name="IsApplied">False if its seq was not above the highest one before it, so that it changed nothing.</param>
internal readonly record struct RecordChange(byte[] Key, long Version, bool IsApplied);
