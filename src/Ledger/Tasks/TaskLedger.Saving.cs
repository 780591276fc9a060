using Ledger.Json;
using Ledger.Log;

namespace Ledger.Tasks;

public sealed partial class TaskLedger
{
    /// <summary>Saves a task: creates or replaces it.</summary>
    /// <remarks>
    /// With <paramref name="expectedUpdatedAt"/> it is saved only if the stored state is of that time, so that no concurrent change is lost. The new
    /// <see cref="AgentTask.UpdatedAt"/> is then later than the expected one, by a millisecond where it was not.
    /// </remarks>
    /// <param name="task">The new state.</param>
    /// <param name="expectedUpdatedAt">The <see cref="AgentTask.UpdatedAt"/> that was read, or null: not checked.</param>
    /// <param name="cancellationToken">Stops waiting; the task is then saved or not.</param>
    /// <returns>The task as it is saved.</returns>
    /// <exception cref="UnknownReferenceException">Its parent does not exist.</exception>
    /// <exception cref="StaleUpdateException">It is not as expected.</exception>
    /// <exception cref="StatusMoveException">It would move back, and the options forbid it.</exception>
    public async Task<AgentTask> SaveTaskAsync(
        AgentTask task,
        DateTimeOffset? expectedUpdatedAt = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        var saved = task with { UpdatedAt = Later(task.UpdatedAt, expectedUpdatedAt) };
        await AppendAsync(saved.Id, [TaskEventForm.Of(saved, expectedUpdatedAt, _moves)], cancellationToken).ConfigureAwait(false);
        return saved;
    }

    /// <summary>Saves a call: creates or replaces it.</summary>
    /// <remarks>The remarks on <see cref="SaveTaskAsync"/> apply.</remarks>
    /// <param name="call">The new state.</param>
    /// <param name="expectedUpdatedAt">The <see cref="Call.UpdatedAt"/> that was read, or null: not checked.</param>
    /// <param name="cancellationToken">Stops waiting; the call is then saved or not.</param>
    /// <returns>The call as it is saved.</returns>
    /// <exception cref="UnknownReferenceException">Its task, its start message or its end message does not exist.</exception>
    /// <exception cref="CallOfAnotherTaskException">Another task has a call of that id.</exception>
    /// <exception cref="StaleUpdateException">It is not as expected.</exception>
    /// <exception cref="StatusMoveException">It would move back, and the options forbid it.</exception>
    public async Task<Call> SaveCallAsync(
        Call call,
        DateTimeOffset? expectedUpdatedAt = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        var saved = call with { UpdatedAt = Later(call.UpdatedAt, expectedUpdatedAt) };
        await AppendAsync(saved.TaskId, [TaskEventForm.Of(saved, expectedUpdatedAt, _moves)], cancellationToken).ConfigureAwait(false);
        return saved;
    }

    /// <summary>Saves a message, once and for all.</summary>
    /// <remarks>
    /// Within the call, a broken connection does not matter: a message that is sent again is written once. A call that failed without an answer may have saved
    /// it; check with <see cref="FindMessageAsync"/>.
    /// </remarks>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Stops waiting; the message is then saved or not.</param>
    /// <exception cref="MessageExistsException">A message of that id is already saved, with the same or other content.</exception>
    /// <exception cref="UnknownReferenceException">Its task does not exist.</exception>
    public Task SaveMessageAsync(Message message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return AppendAsync(message.TaskId, [TaskEventForm.Of(message)], cancellationToken);
    }

    /// <summary>Saves a task with messages and calls, all or nothing.</summary>
    /// <param name="batch">What to save.</param>
    /// <param name="cancellationToken">Stops waiting; all is then saved or nothing.</param>
    /// <exception cref="ArgumentException">Something in it belongs to another task, or a message or call occurs twice.</exception>
    /// <exception cref="MessageExistsException">A message is saved already.</exception>
    /// <exception cref="UnknownReferenceException">What something in it names does not exist, and is not in it either.</exception>
    /// <exception cref="CallOfAnotherTaskException">Another task has a call of that id.</exception>
    /// <exception cref="StatusMoveException">Something would move back, and the options forbid it.</exception>
    public Task SaveAsync(TaskBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Check(batch, "message", batch.Messages.Select(m => (m.TaskId, m.Id)));
        Check(batch, "call", batch.Calls.Select(c => (c.TaskId, c.Id)));
        var events = new List<object>();
        if (batch.Task is { } task)
        {
            events.Add(TaskEventForm.Of(task, null, _moves));
        }

        events.AddRange(batch.Messages.Select(TaskEventForm.Of));
        events.AddRange(batch.Calls.Select(c => TaskEventForm.Of(c, null, _moves)));
        return events.Count == 0 ? Task.CompletedTask : AppendAsync(batch.TaskId, events, cancellationToken);
    }

    private static void Check(TaskBatch batch, string kind, IEnumerable<(string TaskId, string Id)> items)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (taskId, id) in items)
        {
            if (taskId != batch.TaskId)
            {
                throw new ArgumentException($"The {kind} '{id}' belongs to the task '{taskId}', and the batch to '{batch.TaskId}'. Save it in its own batch.");
            }

            if (!ids.Add(id))
            {
                throw new ArgumentException($"The {kind} '{id}' occurs twice in one batch. Put each in once.");
            }
        }
    }

    private static DateTimeOffset Later(DateTimeOffset updatedAt, DateTimeOffset? expected) =>
        expected is { } before && updatedAt <= before ? UnixMillisecondsConverter.Truncate(before).AddMilliseconds(1) : updatedAt;

    private async Task AppendAsync(string taskId, IReadOnlyList<object> events, CancellationToken cancellationToken) =>
        await _store.AppendAsync(TaskRules.StreamOf(taskId), ExpectedVersion.Any, events, cancellationToken).ConfigureAwait(false);
}
