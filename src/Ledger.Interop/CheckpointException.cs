namespace Ledger.Interop;

/// <summary>A database of checkpoints cannot be read as LangGraph's.</summary>
public sealed class CheckpointException : Exception
{
    internal CheckpointException(string message, string? threadId = null, string? checkpointId = null, Exception? innerException = null)
        : base(message, innerException)
    {
        ThreadId = threadId;
        CheckpointId = checkpointId;
    }

    /// <summary>The thread, or null if the database as a whole is at fault.</summary>
    public string? ThreadId { get; }

    /// <summary>The checkpoint, or null.</summary>
    public string? CheckpointId { get; }
}
