namespace Ledger.Tasks;

/// <summary>A task with messages and calls, to be saved all or nothing.</summary>
/// <remarks>Written in this order: the task, the messages, the calls. Immutable when the lists given to it are.</remarks>
public sealed record TaskBatch
{
    /// <summary>Begins a batch for a task that exists, or that <see cref="Task"/> creates.</summary>
    public TaskBatch(string taskId) => TaskId = taskId;

    /// <summary>Begins a batch with the task itself.</summary>
    public TaskBatch(AgentTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        TaskId = task.Id;
        Task = task;
    }

    /// <summary>The task of the batch; everything in it belongs to this task.</summary>
    public string TaskId { get; }

    /// <summary>The task, or null: it is not changed.</summary>
    public AgentTask? Task { get; }

    /// <summary>New messages: default none.</summary>
    public IReadOnlyList<Message> Messages { get; init; } = [];

    /// <summary>New or changed calls, each once: default none.</summary>
    public IReadOnlyList<Call> Calls { get; init; } = [];
}
