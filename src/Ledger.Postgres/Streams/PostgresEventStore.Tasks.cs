using Ledger.Postgres.Tasks;
using Ledger.Tasks;
using NpgsqlTypes;

namespace Ledger.Postgres.Streams;

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

    /// <summary>Writes what another program appended to some tasks without their rows; gives how many events there were.</summary>
    internal async Task<long> CatchUpTasksAsync(IEnumerable<string> streams, CancellationToken cancellationToken)
    {
        var lease = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = lease.ConfigureAwait(false);
        var command = Command(lease, "catch_up_tasks").With(streams.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        await using var __ = command.ConfigureAwait(false);
        return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Whether calls have connections of their own, and not one of the caller's whose transaction a refusal has ended.</summary>
    internal bool CanAskAfterRefusal => _connections.IsPool;
}
