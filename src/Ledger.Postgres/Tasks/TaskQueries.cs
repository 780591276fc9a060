using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Tasks;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Tasks;

/// <summary>The questions to the tables of tasks, calls and messages.</summary>
internal sealed partial class TaskQueries(ConnectionSource connections, PostgresOptions options) : ITaskReader
{
    private const int PageRows = 10_000;

    // Before and after every time that an item can have.
    private static readonly (long Time, string Id) First = (long.MinValue, "");
    private static readonly (long Time, string Id) Last = (long.MaxValue, "");

    /// <summary>The registry for reading the events of tasks.</summary>
    public EventRegistry Registry => options.Registry;

    public Task<AgentTask?> FindTaskAsync(string taskId, CancellationToken cancellationToken = default) =>
        FindAsync("find_task", taskId, taskId, TaskRows.ReadTask, cancellationToken);

    public Task<Call?> FindCallAsync(string callId, CancellationToken cancellationToken = default) =>
        FindAsync("find_call", null, callId, TaskRows.ReadCall, cancellationToken);

    public Task<Message?> FindMessageAsync(string messageId, CancellationToken cancellationToken = default) =>
        FindAsync("find_message", null, messageId, TaskRows.ReadMessage, cancellationToken);

    public Task<TaskLease?> FindLeaseAsync(string taskId, CancellationToken cancellationToken = default) =>
        FindAsync("find_lease", taskId, taskId, TaskRows.ReadLease, cancellationToken);

    public async Task<TaskPage> QueryTasksAsync(TaskQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var (time, id) = query.Start.Cursor is { } after ? PlaceOf(after) : Last;
        var page = new NpgsqlBatchCommand(Sql("query_tasks"));
        AddFilters(page, query);
        page.Parameters
            .With(time, NpgsqlDbType.Bigint)
            .WithText(id)
            .With(query.Limit + 1L, NpgsqlDbType.Bigint)
            .With((long)query.Start.Skip, NpgsqlDbType.Bigint);
        var count = new NpgsqlBatchCommand(Sql("count_tasks"));
        AddFilters(count, query);
        var (tasks, total) = await ReadPageAsync(
            null, page, query.Start.Cursor is null ? count : null, Preparation.Never, TaskRows.ReadTask, cancellationToken).ConfigureAwait(false);
        var hasNext = Cut(tasks, query.Limit);
        return new TaskPage(tasks, total, hasNext ? new PageCursor(tasks[^1].CreatedAt, tasks[^1].Id) : null);
    }

    public async Task<TaskNode?> GetTaskTreeAsync(string taskId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(taskId);
        var tasks = await ListAsync("task_tree", null, p => p.WithText(taskId), TaskRows.ReadTask, cancellationToken).ConfigureAwait(false);
        return TaskNode.Arrange(taskId, tasks);
    }

    public async Task<IReadOnlyList<Call>> ListCallsAsync(CallQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return await ListAllAsync(
            "list_calls",
            query.TaskId,
            (p, place) => p
                .WithText(query.TaskId)
                .WithText(query.Status is { } status ? StatusText.Of(status) : null)
                .With(place.Time, NpgsqlDbType.Bigint)
                .WithText(place.Id),
            TaskRows.ReadCall,
            call => (call.CreatedAt, call.Id),
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var (place, skip, left) = (query.Start.Cursor is { } after ? PlaceOf(after) : First, query.Start.Skip, query.Limit ?? int.MaxValue);
        var messages = new List<Message>();
        long? total = null;
        while (true)
        {
            var wanted = Math.Min(left, PageRows);
            var (page, count) = await ReadMessagesAsync(
                query, place, skip, wanted, messages.Count == 0, cancellationToken).ConfigureAwait(false);
            total ??= count;
            var hasNext = Cut(page, wanted);
            messages.AddRange(page);
            left -= page.Count;
            if (!hasNext || left == 0)
            {
                return new MessagePage(messages, total, hasNext ? new PageCursor(page[^1].Timestamp, page[^1].Id) : null);
            }

            (place, skip) = (PlaceOf(new PageCursor(page[^1].Timestamp, page[^1].Id)), 0);
        }
    }

    public async Task<Recovery> RecoverAsync(CancellationToken cancellationToken = default)
    {
        var tasks = await ListAllAsync(
            "recover_tasks",
            null,
            (p, place) => p.With(place.Time, NpgsqlDbType.Bigint).WithText(place.Id),
            TaskRows.ReadRecoverableTask,
            found => (found.Task.CreatedAt, found.Task.Id),
            cancellationToken).ConfigureAwait(false);
        var calls = new List<RecoverableCall>();
        foreach (var status in new[] { CallStatus.Pending, CallStatus.InProgress })
        {
            calls.AddRange(await ListAllAsync(
                "recover_calls",
                null,
                (p, place) => p.WithText(StatusText.Of(status)).With(place.Time, NpgsqlDbType.Bigint).WithText(place.Id),
                TaskRows.ReadRecoverableCall,
                found => (found.Call.CreatedAt, found.Call.Id),
                cancellationToken).ConfigureAwait(false));
        }

        return new Recovery(tasks, [.. calls.OrderBy(c => c.Call.CreatedAt).ThenBy(c => c.Call.Id, Json.CodePointComparer.Instance)]);
    }

    private static (long Time, string Id) PlaceOf(PageCursor cursor) => (cursor.Time.ToUnixTimeMilliseconds(), cursor.Id);

    /// <summary>Removes the item that was read only to see whether there is one.</summary>
    private static bool Cut<T>(List<T> items, int limit)
    {
        if (items.Count <= limit)
        {
            return false;
        }

        items.RemoveAt(limit);
        return limit > 0;
    }

    private static void AddFilters(NpgsqlBatchCommand command, TaskQuery query) => command.Parameters
        .With(query.Completion.IsActive, NpgsqlDbType.Boolean)
        .WithText(query.Completion.Status)
        .WithText(query.ParentTaskId)
        .With(query.From?.ToUnixTimeMilliseconds() ?? long.MinValue, NpgsqlDbType.Bigint)
        .With(query.To?.ToUnixTimeMilliseconds() ?? long.MaxValue, NpgsqlDbType.Bigint)
        .WithText(query.Run?.Value);

    private Task<(List<Message> Messages, long? Total)> ReadMessagesAsync(
        MessageQuery query, (long Time, string Id) place, int skip, int limit, bool isFirst, CancellationToken cancellationToken)
    {
        var page = new NpgsqlBatchCommand(Sql("list_messages"));
        page.Parameters
            .WithText(query.TaskId)
            .With(place.Time, NpgsqlDbType.Bigint)
            .WithText(place.Id)
            .With(limit + 1L, NpgsqlDbType.Bigint)
            .With((long)skip, NpgsqlDbType.Bigint);
        var count = new NpgsqlBatchCommand(Sql("count_messages"));
        count.Parameters.WithText(query.TaskId);
        return ReadPageAsync(
            query.TaskId, page, isFirst && query.Start.Cursor is null ? count : null, Preparation.Once, TaskRows.ReadMessage, cancellationToken);
    }
}
