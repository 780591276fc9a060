namespace Ledger.Log;

/// <summary>A history cannot be read because the log lacks an event that it is made of.</summary>
public sealed class BrokenHistoryException : Exception
{
    /// <summary>States which version of which stream is missing.</summary>
    public BrokenHistoryException(StreamName history, StreamName stream, StreamVersion missing)
        : base($"The history of '{history}' needs version {missing} of stream '{stream}', which is not in the log. "
            + "Events were deleted by retention or outside Ledger; restore them from their archive or a backup.")
    {
        History = history;
        Stream = stream;
        Missing = missing;
    }

    /// <summary>The run or branch that was read.</summary>
    public StreamName History { get; }

    /// <summary>The stream with the gap.</summary>
    public StreamName Stream { get; }

    /// <summary>The first version that is missing.</summary>
    public StreamVersion Missing { get; }
}
