using Ledger.Postgres.Tasks;
using Ledger.Tasks;

namespace Ledger.Postgres;

public sealed partial class PostgresEventStore : ITaskReader
{
    private TaskQueries Tasks => new(_connections, _options);

    /// <inheritdoc/>
    public Task<AgentTask?> FindTaskAsync(string taskId, CancellationToken cancellationToken = default) =>
        Tasks.FindTaskAsync(taskId, cancellationToken);

    /// <inheritdoc/>
    public Task<TaskPage> QueryTasksAsync(TaskQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Tasks.QueryAsync(query, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<TaskNode?> GetTaskTreeAsync(string taskId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(taskId);
        return Tasks.GetTreeAsync(taskId, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Call?> FindCallAsync(string callId, CancellationToken cancellationToken = default) =>
        Tasks.FindCallAsync(callId, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Call>> ListCallsAsync(CallQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return await Tasks.ListCallsAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<Message?> FindMessageAsync(string messageId, CancellationToken cancellationToken = default) =>
        Tasks.FindMessageAsync(messageId, cancellationToken);

    /// <inheritdoc/>
    public Task<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Tasks.ListMessagesAsync(query, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<TaskLease?> FindLeaseAsync(string taskId, CancellationToken cancellationToken = default) =>
        Tasks.FindLeaseAsync(taskId, cancellationToken);

    /// <inheritdoc/>
    public Task<Recovery> RecoverAsync(CancellationToken cancellationToken = default) => Tasks.RecoverAsync(cancellationToken);

    /// <summary>Writes what other programs appended to tasks without their rows; gives how many events there were.</summary>
    internal Task<long> CatchUpTasksAsync(CancellationToken cancellationToken) => Tasks.CatchUpAsync(cancellationToken);

    /// <summary>Whether calls have connections of their own, and not one of the caller's whose transaction a refusal has ended.</summary>
    internal bool CanAskAfterRefusal => _connections.IsPool;
}
