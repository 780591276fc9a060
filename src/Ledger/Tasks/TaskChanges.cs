namespace Ledger.Tasks;

/// <summary>The changes that an append makes to the tables, kept apart until it is written.</summary>
internal sealed class TaskChanges(TaskTables tables)
{
    private readonly Dictionary<string, AgentTask> _tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Call> _calls = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Message> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TaskLease?> _leases = new(StringComparer.Ordinal);

    public void Apply(RecordedEvent recorded)
    {
        var taskId = recorded.Stream.Id;
        switch (recorded.Data)
        {
            case TaskSaved saved:
                Save(TaskEventForm.Read(taskId, saved), saved);
                break;
            case CallSaved saved:
                Save(TaskEventForm.Read(taskId, saved), saved);
                break;
            case MessageSaved saved:
                Save(TaskEventForm.Read(taskId, saved));
                break;
            case TaskLeased leased:
                Lease(taskId, leased, recorded.Timestamp);
                break;
            case TaskLeaseRenewed renewed:
                var kept = FindLease(taskId) is { } lease && lease.LeaseId == renewed.LeaseId
                    ? lease
                    : throw new TaskLeaseException(taskId, TaskLeaseRefusal.Lost);
                _leases[taskId] = kept with { ExpiresAt = recorded.Timestamp.AddMilliseconds(renewed.DurationMs) };
                break;
            case TaskLeaseReleased released when FindLease(taskId)?.LeaseId == released.LeaseId:
                _leases[taskId] = null;
                break;
        }
    }

    public void Keep()
    {
        Merge(_tasks, tables.Tasks);
        Merge(_calls, tables.Calls);
        Merge(_messages, tables.Messages);
        foreach (var (taskId, lease) in _leases)
        {
            if (lease is null)
            {
                tables.Leases.Remove(taskId);
            }
            else
            {
                tables.Leases[taskId] = lease;
            }
        }
    }

    private static void Merge<T>(Dictionary<string, T> changes, Dictionary<string, T> table)
    {
        foreach (var (id, value) in changes)
        {
            table[id] = value;
        }
    }

    private void Save(AgentTask task, TaskSaved saved)
    {
        var known = FindTask(task.Id);
        CheckUpdate("task", task.Id, saved.ExpectedUpdatedAt, known?.UpdatedAt);
        if (saved.Moves == StatusMoves.Forward && known?.CompletionStatus is { } status && status != task.CompletionStatus)
        {
            throw new StatusMoveException("task", task.Id, status, task.CompletionStatus);
        }

        if (task.ParentTaskId is { } parent && FindTask(parent) is null)
        {
            throw new UnknownReferenceException("task", task.Id, TaskReference.ParentTask, parent);
        }

        _tasks[task.Id] = task;
    }

    private void Save(Call call, CallSaved saved)
    {
        var known = _calls.GetValueOrDefault(call.Id) ?? tables.Calls.GetValueOrDefault(call.Id);
        if (known is not null && known.TaskId != call.TaskId)
        {
            throw new CallOfAnotherTaskException(call.Id, call.TaskId, known.TaskId);
        }

        CheckUpdate("call", call.Id, saved.ExpectedUpdatedAt, known?.UpdatedAt);
        if (saved.Moves == StatusMoves.Forward && known is not null && !StatusText.IsForward(known.Status, call.Status))
        {
            throw new StatusMoveException("call", call.Id, StatusText.Of(known.Status), StatusText.Of(call.Status));
        }

        Require(FindTask(call.TaskId), "call", call.Id, TaskReference.Task, call.TaskId);
        Require(FindMessage(call.StartMessageId), "call", call.Id, TaskReference.StartMessage, call.StartMessageId);
        if (call.EndMessageId is { } end)
        {
            Require(FindMessage(end), "call", call.Id, TaskReference.EndMessage, end);
        }

        _calls[call.Id] = call;
    }

    private void Save(Message message)
    {
        if (FindMessage(message.Id) is not null)
        {
            throw new MessageExistsException(message.Id);
        }

        Require(FindTask(message.TaskId), "message", message.Id, TaskReference.Task, message.TaskId);
        _messages[message.Id] = message;
    }

    private void Lease(string taskId, TaskLeased leased, DateTimeOffset time)
    {
        if (FindLease(taskId)?.ExpiresAt > time)
        {
            throw new TaskLeaseException(taskId, TaskLeaseRefusal.Held);
        }

        Require(FindTask(taskId), "lease", leased.Runner, TaskReference.Task, taskId);
        _leases[taskId] = FindTask(taskId)!.IsActive
            ? new TaskLease(taskId, leased.LeaseId, leased.Runner, time.AddMilliseconds(leased.DurationMs))
            : throw new TaskLeaseException(taskId, TaskLeaseRefusal.Ended);
    }

    private static void CheckUpdate(string owner, string id, long? expected, DateTimeOffset? actual)
    {
        if (expected is { } milliseconds && actual?.ToUnixTimeMilliseconds() != milliseconds)
        {
            throw new StaleUpdateException(owner, id, TaskEventForm.Time(milliseconds), actual);
        }
    }

    private static void Require(object? found, string owner, string ownerId, TaskReference reference, string id)
    {
        if (found is null)
        {
            throw new UnknownReferenceException(owner, ownerId, reference, id);
        }
    }

    private AgentTask? FindTask(string id) => _tasks.GetValueOrDefault(id) ?? tables.Tasks.GetValueOrDefault(id);

    private Message? FindMessage(string id) => _messages.GetValueOrDefault(id) ?? tables.Messages.GetValueOrDefault(id);

    private TaskLease? FindLease(string taskId) => _leases.TryGetValue(taskId, out var lease) ? lease : tables.Leases.GetValueOrDefault(taskId);
}
