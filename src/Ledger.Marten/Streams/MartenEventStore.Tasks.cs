using Ledger.Tasks;

namespace Ledger.Marten.Streams;

/// <content>Questions about tasks are answered by the native engine, from the rows that every append to a task keeps.</content>
public sealed partial class MartenEventStore : ITaskReader
{
    /// <inheritdoc/>
    public Task<AgentTask?> FindTaskAsync(string taskId, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.FindTaskAsync(taskId, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<TaskPage> QueryTasksAsync(TaskQuery query, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.QueryTasksAsync(query, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<TaskNode?> GetTaskTreeAsync(string taskId, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.GetTaskTreeAsync(taskId, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<Call?> FindCallAsync(string callId, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.FindCallAsync(callId, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Call>> ListCallsAsync(CallQuery query, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.ListCallsAsync(query, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<Message?> FindMessageAsync(string messageId, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.FindMessageAsync(messageId, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.ListMessagesAsync(query, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<TaskLease?> FindLeaseAsync(string taskId, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.FindLeaseAsync(taskId, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<Recovery> RecoverAsync(CancellationToken cancellationToken = default) =>
        AskAsync(native => native.RecoverAsync(cancellationToken), cancellationToken);
}
