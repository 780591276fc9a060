namespace Ledger.Seal;

/// <summary>An event whose payload was erased, whole or in part: all else of it is proved.</summary>
/// <param name="Leaf">The number of the leaf, from 0.</param>
/// <param name="Sequence">The number of the event in the log.</param>
/// <param name="Id">The event's id.</param>
/// <param name="Stream">Its stream.</param>
/// <param name="Version">Its place in the stream.</param>
public sealed record ErasedPayload(long Leaf, long Sequence, Guid Id, string? Stream, long Version)
{
    /// <summary>The event <c>event.masked</c> that says when, why and by whom, and that the payload is as masking left it; null if another program erased the payload.</summary>
    public Guid? By { get; init; }
}
