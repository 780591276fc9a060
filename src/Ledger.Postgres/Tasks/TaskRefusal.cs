using Ledger.Log;
using Ledger.Tasks;
using Npgsql;

namespace Ledger.Postgres.Tasks;

/// <summary>Finds out which task, call, message or lease of a request the database has refused, and why.</summary>
/// <remarks>
/// The constraint or the SQLSTATE says why; the request provides the details. Where the request has several that it could be,
/// each is looked up; in a caller's transaction, which the refusal has ended, the first of them is named.
/// </remarks>
internal sealed class TaskRefusal(TaskQueries tasks, AppendRequest request, PostgresException fault)
{
    private const string NotAsExpected = "LG081";
    private const string MovesBack = "LG082";
    private const string OfAnotherTask = "LG083";
    private const string Held = "LG084";
    private const string Ended = "LG085";
    private const string Lost = "LG086";

    private readonly List<(string TaskId, object Data)> _events =
    [
        .. request.Parts.Where(p => TaskRules.IsTask(p.Stream)).SelectMany(
            p => p.Events.Select(e => (p.Stream.Id, tasks.Registry.Read(e.Serialized.Type, e.Serialized.Json)))),
    ];

    /// <summary>Whether a failure can be a refusal: the events break a rule of the rows, or others' that were applied with them do.</summary>
    public static bool IsOne(PostgresException fault) =>
        fault.SqlState.StartsWith("LG08", StringComparison.Ordinal)
        || fault.SqlState.StartsWith("22", StringComparison.Ordinal)
        || fault.SqlState.StartsWith("23", StringComparison.Ordinal)
        || fault.SqlState == PostgresErrorCodes.ProgramLimitExceeded;

    /// <summary>The refusal with its name, or the failure as it is.</summary>
    public async Task<Exception> NameAsync(CancellationToken cancellationToken) => fault.SqlState switch
    {
        NotAsExpected => await NameUpdateAsync(cancellationToken).ConfigureAwait(false),
        MovesBack => await NameMoveAsync(cancellationToken).ConfigureAwait(false),
        OfAnotherTask => await NameHolderAsync(cancellationToken).ConfigureAwait(false),
        Held => new TaskLeaseException(TaskOf<TaskLeased>(), TaskLeaseRefusal.Held),
        Ended => new TaskLeaseException(TaskOf<TaskLeased>(), TaskLeaseRefusal.Ended),
        Lost => new TaskLeaseException(TaskOf<TaskLeaseRenewed>(), TaskLeaseRefusal.Lost),
        _ => fault.ConstraintName switch
        {
            "pk_messages" => new MessageExistsException(
                await FirstAsync(Of<MessageSaved>().Select(m => m.Data.Id), IsMessageAsync, cancellationToken).ConfigureAwait(false)),
            "fk_messages_task" => NameTask(Of<MessageSaved>().Select(m => ("message", m.Data.Id, m.TaskId))),
            "fk_calls_task" => NameTask(Of<CallSaved>().Select(c => ("call", c.Data.Id, c.TaskId))),
            "fk_task_lease_task" => NameTask(Of<TaskLeased>().Select(l => ("lease", l.Data.Runner, l.TaskId))),
            "fk_tasks_parent_task" => await NameReferenceAsync(
                TaskReference.ParentTask, Of<TaskSaved>().Select(t => ("task", t.TaskId, t.Data.ParentTaskId)), IsTaskAsync, cancellationToken)
                .ConfigureAwait(false),
            "fk_calls_start_message" => await NameReferenceAsync(
                TaskReference.StartMessage, Of<CallSaved>().Select(c => ("call", c.Data.Id, (string?)c.Data.StartMessageId)), IsGivenAsync, cancellationToken)
                .ConfigureAwait(false),
            "fk_calls_end_message" => await NameReferenceAsync(
                TaskReference.EndMessage, Of<CallSaved>().Select(c => ("call", c.Data.Id, c.Data.EndMessageId)), IsGivenAsync, cancellationToken)
                .ConfigureAwait(false),
            _ => fault,
        },
    };

    private static UnknownReferenceException NameTask(IEnumerable<(string Owner, string Id, string TaskId)> candidates)
    {
        var (owner, id, taskId) = candidates.First();
        return new UnknownReferenceException(owner, id, TaskReference.Task, taskId);
    }

    private IEnumerable<(string TaskId, T Data)> Of<T>() => _events.Where(e => e.Data is T).Select(e => (e.TaskId, (T)e.Data));

    private string TaskOf<T>() => Of<T>().First().TaskId;

    private async Task<UnknownReferenceException> NameReferenceAsync(
        TaskReference reference,
        IEnumerable<(string Owner, string OwnerId, string? Id)> candidates,
        Func<string, CancellationToken, Task<bool>> exists,
        CancellationToken cancellationToken)
    {
        (string Owner, string OwnerId, string? Id)[] named = [.. candidates.Where(c => c.Id is not null)];
        var missing = await FirstAsync(
            named.Select(c => c.Id!), async (id, token) => !await exists(id, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        var (owner, ownerId, _) = named.First(c => c.Id == missing);
        return new UnknownReferenceException(owner, ownerId, reference, missing);
    }

    private async Task<Exception> NameUpdateAsync(CancellationToken cancellationToken)
    {
        var expected = _events
            .Where(_ => tasks.CanAskAfterRefusal)
            .Select(e => e.Data switch
            {
                TaskSaved { ExpectedUpdatedAt: { } time } => ("task", e.TaskId, time),
                CallSaved { ExpectedUpdatedAt: { } time } call => ("call", call.Id, time),
                _ => ("", "", 0L),
            })
            .Where(e => e.Item1.Length > 0);
        foreach (var (owner, id, time) in expected)
        {
            var actual = owner == "task"
                ? (await tasks.FindTaskAsync(id, cancellationToken).ConfigureAwait(false))?.UpdatedAt
                : (await tasks.FindCallAsync(id, cancellationToken).ConfigureAwait(false))?.UpdatedAt;
            if (actual?.ToUnixTimeMilliseconds() != time)
            {
                return new StaleUpdateException(owner, id, TaskEventForm.Time(time), actual);
            }
        }

        return fault;
    }

    private async Task<Exception> NameMoveAsync(CancellationToken cancellationToken)
    {
        foreach (var (taskId, data) in _events.Where(_ => tasks.CanAskAfterRefusal))
        {
            if (data is TaskSaved { Moves: StatusMoves.Forward } task
                && (await tasks.FindTaskAsync(taskId, cancellationToken).ConfigureAwait(false))?.CompletionStatus is { } ended
                && ended != task.CompletionStatus)
            {
                return new StatusMoveException("task", taskId, ended, task.CompletionStatus);
            }

            if (data is CallSaved { Moves: StatusMoves.Forward } call
                && await tasks.FindCallAsync(call.Id, cancellationToken).ConfigureAwait(false) is { } known
                && !StatusText.IsForward(known.Status, call.Status))
            {
                return new StatusMoveException("call", call.Id, StatusText.Of(known.Status), StatusText.Of(call.Status));
            }
        }

        return fault;
    }

    private async Task<Exception> NameHolderAsync(CancellationToken cancellationToken)
    {
        foreach (var (taskId, call) in Of<CallSaved>().Where(_ => tasks.CanAskAfterRefusal))
        {
            if (await tasks.FindCallAsync(call.Id, cancellationToken).ConfigureAwait(false) is { } known && known.TaskId != taskId)
            {
                return new CallOfAnotherTaskException(call.Id, taskId, known.TaskId);
            }
        }

        return fault;
    }

    private async Task<bool> IsTaskAsync(string id, CancellationToken cancellationToken) =>
        _events.Exists(e => e.TaskId == id && e.Data is TaskSaved)
        || await tasks.FindTaskAsync(id, cancellationToken).ConfigureAwait(false) is not null;

    private async Task<bool> IsGivenAsync(string id, CancellationToken cancellationToken) =>
        Of<MessageSaved>().Any(m => m.Data.Id == id) || await IsMessageAsync(id, cancellationToken).ConfigureAwait(false);

    private async Task<bool> IsMessageAsync(string id, CancellationToken cancellationToken) =>
        await tasks.FindMessageAsync(id, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>The first id that meets a condition; the first of all if none does, or if it cannot be checked.</summary>
    private async Task<string> FirstAsync(
        IEnumerable<string> ids, Func<string, CancellationToken, Task<bool>> isSo, CancellationToken cancellationToken)
    {
        var candidates = ids.ToList();
        if (candidates.Count > 1 && tasks.CanAskAfterRefusal)
        {
            foreach (var id in candidates)
            {
                if (await isSo(id, cancellationToken).ConfigureAwait(false))
                {
                    return id;
                }
            }
        }

        return candidates[0];
    }
}
