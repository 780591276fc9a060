namespace Ledger.Log;

/// <summary>An event that the log has under an id, or that a session has still to save.</summary>
/// <param name="Stream">Its stream.</param>
/// <param name="Version">Its version.</param>
/// <param name="Sequence">Its number; 0 for one that is not saved.</param>
/// <param name="Type">Its name.</param>
/// <param name="Json">Its JSON; empty if it was masked.</param>
internal readonly record struct KnownEvent(StreamName Stream, long Version, long Sequence, string Type, ReadOnlyMemory<byte> Json);
