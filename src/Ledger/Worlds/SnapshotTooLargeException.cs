namespace Ledger.Worlds;

/// <summary>The world of a run or branch is larger than a snapshot may be; nothing was saved.</summary>
/// <remarks>The previous snapshot stays, and reads go on from it. Inline and asynchronous snapshots log this and leave the world out.</remarks>
public sealed class SnapshotTooLargeException : Exception
{
    internal SnapshotTooLargeException(StreamName stream, Position position, long bytes)
        : base($"The world of '{stream}' at position {position} has {bytes} bytes of JSON, but a snapshot has at most {WorldSnapshot.MaxBytes}. "
            + "Nothing was saved: reads fold the events after the previous snapshot, if there is one. Keep larger content elsewhere, and its address in the objects.")
    {
        (Stream, Position, Bytes) = (stream, position, bytes);
    }

    /// <summary>The run or branch.</summary>
    public StreamName Stream { get; }

    /// <summary>The number of events folded.</summary>
    public Position Position { get; }

    /// <summary>The size of the document.</summary>
    public long Bytes { get; }
}
