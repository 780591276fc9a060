namespace Ledger.Tasks;

/// <summary>A call of that id belongs to another task, and calls stay with their task; nothing was written.</summary>
public sealed class CallOfAnotherTaskException : Exception
{
    /// <summary>States the call and the tasks.</summary>
    public CallOfAnotherTaskException(string callId, string taskId, string holderId)
        : base($"The call '{callId}' belongs to the task '{holderId}' and cannot be saved for '{taskId}'. Nothing was written; "
            + "save another call under a different id.")
    {
        CallId = callId;
        TaskId = taskId;
        HolderId = holderId;
    }

    /// <summary>The call.</summary>
    public string CallId { get; }

    /// <summary>The task that it was to be saved for.</summary>
    public string TaskId { get; }

    /// <summary>The task that it belongs to.</summary>
    public string HolderId { get; }
}
