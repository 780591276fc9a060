namespace Ledger.Log;

/// <summary>A fork was refused because its lineage would have too many segments.</summary>
public sealed class LineageDepthException : Exception
{
    /// <summary>States the depth and the limit.</summary>
    public LineageDepthException(StreamName parent, int depth, int limit)
        : base($"A fork of '{parent}' would have a lineage of {depth} segments, and {limit} are allowed. "
            + "Fork from a run or branch nearer to the root, or raise the limit.")
    {
        Parent = parent;
        Depth = depth;
        Limit = limit;
    }

    /// <summary>The run or branch to be forked.</summary>
    public StreamName Parent { get; }

    /// <summary>The number of segments that the lineage would have.</summary>
    public int Depth { get; }

    /// <summary>The number of segments that is allowed.</summary>
    public int Limit { get; }
}
