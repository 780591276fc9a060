namespace Ledger.Seal;

/// <summary>An event whose payload or headers were erased, whole or in part: all else of it is proved.</summary>
/// <param name="Leaf">The number of the leaf, from 0.</param>
/// <param name="Sequence">The number of the event in the log.</param>
/// <param name="Id">The event's id.</param>
/// <param name="Stream">Its stream.</param>
/// <param name="Version">Its place in the stream.</param>
public sealed record ErasedPayload(long Leaf, long Sequence, Guid Id, string? Stream, long Version)
{
    /// <summary>The columns that are no longer proved.</summary>
    public ErasedColumns Columns { get; init; } = ErasedColumns.Data;

    /// <summary>The event <c>event.masked</c> that says when, why and by whom. What is left is as it left that; that it was a part of what was sealed, nothing proves any more.</summary>
    public Guid By { get; init; }

    /// <summary>The number of that event in the log.</summary>
    public long BySequence { get; init; }

    /// <summary>Whether another program had replaced the payload or headers before, as that event says: what is left was compared with nothing, and who masked it vouches for it.</summary>
    public bool IsReplaced { get; init; }
}
