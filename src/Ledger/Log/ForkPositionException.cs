namespace Ledger.Log;

/// <summary>A fork was refused because its position is not in the parent's history.</summary>
public sealed class ForkPositionException : Exception
{
    /// <summary>States the position and the length of the history.</summary>
    public ForkPositionException(StreamName parent, long position, Position length)
        : base($"'{parent}' cannot be forked at position {position}: its history has {length} events. "
            + $"Choose a position from 0 to {length}.")
    {
        Parent = parent;
        Position = position;
        Length = length;
    }

    /// <summary>The run or branch to be forked.</summary>
    public StreamName Parent { get; }

    /// <summary>The position that was asked for.</summary>
    public long Position { get; }

    /// <summary>The number of events in the parent's history.</summary>
    public Position Length { get; }
}
