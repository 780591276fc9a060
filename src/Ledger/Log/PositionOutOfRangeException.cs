namespace Ledger.Log;

/// <summary>A read asked for a position after the end of a history.</summary>
public sealed class PositionOutOfRangeException : Exception
{
    /// <summary>States the position and the length of the history.</summary>
    public PositionOutOfRangeException(StreamName stream, Position position, Position length)
        : base($"The history of '{stream}' has no position {position}: it has {length} events. Choose a position from 0 to {length}.")
    {
        Stream = stream;
        Position = position;
        Length = length;
    }

    /// <summary>The run or branch.</summary>
    public StreamName Stream { get; }

    /// <summary>The position that was asked for.</summary>
    public Position Position { get; }

    /// <summary>The number of events in the history.</summary>
    public Position Length { get; }
}
