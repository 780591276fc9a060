using Ledger.Json;
using Ledger.Tasks;

namespace Ledger;

public sealed partial class MemoryEventStore : ITaskReader
{
    private TaskTables _tasks = new();

    /// <inheritdoc/>
    public Task<AgentTask?> FindTaskAsync(string taskId, CancellationToken cancellationToken = default) =>
        AskAsync(() => _tasks.Tasks.GetValueOrDefault(taskId), cancellationToken);

    /// <inheritdoc/>
    public Task<TaskPage> QueryTasksAsync(TaskQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return AskAsync(() => Query(query), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<TaskNode?> GetTaskTreeAsync(string taskId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(taskId);
        return AskAsync(() => TaskNode.Arrange(taskId, _tasks.Tasks.Values), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Call?> FindCallAsync(string callId, CancellationToken cancellationToken = default) =>
        AskAsync(() => _tasks.Calls.GetValueOrDefault(callId), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Call>> ListCallsAsync(CallQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return AskAsync<IReadOnlyList<Call>>(
            () => ByAge(_tasks.Calls.Values.Where(c =>
                (query.TaskId is null || c.TaskId == query.TaskId) && (query.Status is null || c.Status == query.Status))),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Message?> FindMessageAsync(string messageId, CancellationToken cancellationToken = default) =>
        AskAsync(() => _tasks.Messages.GetValueOrDefault(messageId), cancellationToken);

    /// <inheritdoc/>
    public Task<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return AskAsync(() => List(query), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<TaskLease?> FindLeaseAsync(string taskId, CancellationToken cancellationToken = default) =>
        AskAsync(() => LeaseOf(taskId), cancellationToken);

    /// <inheritdoc/>
    public Task<Recovery> RecoverAsync(CancellationToken cancellationToken = default) => AskAsync(
        () => new Recovery(
            [.. _tasks.Tasks.Values.Where(t => t.IsActive)
                .OrderBy(t => t.CreatedAt).ThenBy(t => t.Id, CodePointComparer.Instance)
                .Select(t => new RecoverableTask(t, LeaseOf(t.Id)))],
            [.. ByAge(_tasks.Calls.Values.Where(c => c.Status is CallStatus.Pending or CallStatus.InProgress))
                .Select(c => new RecoverableCall(c, _tasks.Messages[c.StartMessageId]))]),
        cancellationToken);

    private static Call[] ByAge(IEnumerable<Call> calls) =>
        [.. calls.OrderBy(c => c.CreatedAt).ThenBy(c => c.Id, CodePointComparer.Instance)];

    private async Task<T> AskAsync<T>(Func<T> answer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return answer();
        }
    }

    private TaskLease? LeaseOf(string taskId) => _tasks.Leases.GetValueOrDefault(taskId) is { } lease && lease.ExpiresAt > Now() ? lease : null;

    private TaskPage Query(TaskQuery query)
    {
        var found = _tasks.Tasks.Values
            .Where(t => query.Completion.Includes(t)
                && (query.ParentTaskId is null || t.ParentTaskId == query.ParentTaskId)
                && (query.Run is null || t.Run == query.Run)
                && !(t.CreatedAt < query.From)
                && !(t.CreatedAt > query.To))
            .OrderByDescending(t => t.CreatedAt).ThenByDescending(t => t.Id, CodePointComparer.Instance)
            .ToArray();
        var page = Page(found, query.Start, query.Limit, t => new PageCursor(t.CreatedAt, t.Id), isDescending: true);
        return new TaskPage(page.Items, page.Total, page.Next);
    }

    private MessagePage List(MessageQuery query)
    {
        var found = _tasks.Messages.Values
            .Where(m => m.TaskId == query.TaskId)
            .OrderBy(m => m.Timestamp).ThenBy(m => m.Id, CodePointComparer.Instance)
            .ToArray();
        var page = Page(found, query.Start, query.Limit ?? int.MaxValue, m => new PageCursor(m.Timestamp, m.Id), isDescending: false);
        return new MessagePage(page.Items, page.Total, page.Next);
    }

    private static (T[] Items, long? Total, PageCursor? Next) Page<T>(
        T[] sorted, PageStart start, int limit, Func<T, PageCursor> place, bool isDescending)
    {
        var rest = start.Cursor is { } after
            ? sorted.SkipWhile(item => Compare(place(item), after) is var order && (isDescending ? order >= 0 : order <= 0)).ToArray()
            : [.. sorted.Skip(start.Skip)];
        T[] items = [.. rest.Take(limit)];
        return (items, start.Cursor is null ? sorted.Length : null, items.Length < rest.Length && items.Length > 0 ? place(items[^1]) : null);
    }

    private static int Compare(PageCursor left, PageCursor right) =>
        left.Time.CompareTo(right.Time) is var order and not 0 ? order : CodePointComparer.Instance.Compare(left.Id, right.Id);
}
