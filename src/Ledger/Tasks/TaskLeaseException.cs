namespace Ledger.Tasks;

/// <summary>A runner's lease on a task is refused: another runner has it, the task has ended, or the lease was lost; nothing was written.</summary>
public sealed class TaskLeaseException : Exception
{
    /// <summary>States the task and the reason.</summary>
    public TaskLeaseException(string taskId, TaskLeaseRefusal reason)
        : base(reason switch
        {
            TaskLeaseRefusal.Held => $"The task '{taskId}' is held by another runner. Try again when its lease is over.",
            TaskLeaseRefusal.Ended => $"The task '{taskId}' has ended; there is nothing left to run.",
            _ => $"The lease on the task '{taskId}' is over and was given to another, or given back. Stop working on it.",
        })
    {
        TaskId = taskId;
        Reason = reason;
    }

    /// <summary>The task.</summary>
    public string TaskId { get; }

    /// <summary>Why it is refused.</summary>
    public TaskLeaseRefusal Reason { get; }
}
