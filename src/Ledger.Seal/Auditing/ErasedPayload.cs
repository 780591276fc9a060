namespace Ledger.Seal;

/// <summary>An event whose payload was erased: all else of it is proved.</summary>
/// <param name="Leaf">The number of the leaf, from 0.</param>
/// <param name="Sequence">The number of the event in the log.</param>
/// <param name="Id">The event's id.</param>
/// <param name="Stream">Its stream.</param>
/// <param name="Version">Its place in the stream.</param>
public sealed record ErasedPayload(long Leaf, long Sequence, Guid Id, string? Stream, long Version);
