namespace Ledger.Marten.Appending;

/// <summary>An event that the log has under an id, or that the session has still to save.</summary>
/// <param name="Stream">Its stream.</param>
/// <param name="Version">Its version.</param>
/// <param name="Sequence">Its number; 0 for one that is not saved.</param>
/// <param name="Type">Its name.</param>
/// <param name="Json">Its JSON.</param>
internal sealed record KnownEvent(string Stream, long Version, long Sequence, string Type, ReadOnlyMemory<byte> Json);
