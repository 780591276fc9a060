using Ledger.Log;

namespace Ledger.Tasks;

/// <summary>Answers questions about tasks, calls and messages.</summary>
/// <remarks>
/// A capability of an engine: see <see cref="IEventStore.Get{T}"/>. An engine that has it also refuses, in the append itself, events of a task that do not fit
/// the existing data. Applications use <see cref="TaskLedger"/>. Safe for concurrent use.
/// </remarks>
public interface ITaskReader
{
    /// <summary>Finds a task, or null.</summary>
    Task<AgentTask?> FindTaskAsync(string taskId, CancellationToken cancellationToken = default);

    /// <summary>A page of the tasks that fit, the newest first.</summary>
    Task<TaskPage> QueryTasksAsync(TaskQuery query, CancellationToken cancellationToken = default);

    /// <summary>A task with everything below it, or null.</summary>
    Task<TaskNode?> GetTaskTreeAsync(string taskId, CancellationToken cancellationToken = default);

    /// <summary>Finds a call, or null.</summary>
    Task<Call?> FindCallAsync(string callId, CancellationToken cancellationToken = default);

    /// <summary>The calls that fit, the oldest first; of one time, by id.</summary>
    Task<IReadOnlyList<Call>> ListCallsAsync(CallQuery query, CancellationToken cancellationToken = default);

    /// <summary>Finds a message, or null.</summary>
    Task<Message?> FindMessageAsync(string messageId, CancellationToken cancellationToken = default);

    /// <summary>Messages of a task, by time and then by id; of an unknown task none.</summary>
    Task<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default);

    /// <summary>The hold that a runner has on a task now, by the clock of the log, or null.</summary>
    Task<TaskLease?> FindLeaseAsync(string taskId, CancellationToken cancellationToken = default);

    /// <summary>The unfinished tasks and calls.</summary>
    Task<Recovery> RecoverAsync(CancellationToken cancellationToken = default);
}
