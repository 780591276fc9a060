using Ledger.Log;
using Ledger.Tasks;
using Npgsql;

namespace Ledger.Postgres.Tasks;

/// <summary>Names the task, call, message or lease of a request that breaks a rule, and says why.</summary>
/// <remarks>
/// The constraint or the SQLSTATE says why; the request provides the details. Where the request has several that it could be, what the rows
/// have of them decides.
/// </remarks>
internal sealed class TaskRefusal(EventRegistry registry, AppendRequest request, TaskFacts facts)
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
            p => p.Events.Select(e => (p.Stream.Id, registry.Read(e.Serialized.Type, e.Serialized.Json)))),
    ];

    /// <summary>Whether a failure can be a refusal: the events break a rule of the rows, or others' that were applied with them do.</summary>
    public static bool IsOne(PostgresException fault) =>
        fault.SqlState.StartsWith("LG08", StringComparison.Ordinal)
        || fault.SqlState.StartsWith("22", StringComparison.Ordinal)
        || fault.SqlState.StartsWith("23", StringComparison.Ordinal)
        || fault.SqlState == PostgresErrorCodes.ProgramLimitExceeded;

    /// <summary>Whether a request has events of a task.</summary>
    public static bool Concerns(AppendRequest request)
    {
        foreach (var part in request.Parts)
        {
            if (TaskRules.IsTask(part.Stream))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The refusal with its name, or null for what is not a rule of the tasks.</summary>
    public Exception? Name() => facts.State switch
    {
        NotAsExpected => NameUpdate(),
        MovesBack => NameMove(),
        OfAnotherTask => NameHolder(),
        Held => new TaskLeaseException(TaskOf<TaskLeased>(), TaskLeaseRefusal.Held),
        Ended => new TaskLeaseException(TaskOf<TaskLeased>(), TaskLeaseRefusal.Ended),
        Lost => new TaskLeaseException(TaskOf<TaskLeaseRenewed>(), TaskLeaseRefusal.Lost),
        _ => facts.Constraint switch
        {
            "pk_messages" => new MessageExistsException(First(Of<MessageSaved>().Select(m => m.Data.Id), facts.HasMessage)),
            "fk_messages_task" => NameTask(Of<MessageSaved>().Select(m => ("message", m.Data.Id, m.TaskId))),
            "fk_calls_task" => NameTask(Of<CallSaved>().Select(c => ("call", c.Data.Id, c.TaskId))),
            "fk_task_lease_task" => NameTask(Of<TaskLeased>().Select(l => ("lease", l.Data.Runner, l.TaskId))),
            "fk_tasks_parent_task" => NameReference(
                TaskReference.ParentTask, Of<TaskSaved>().Select(t => ("task", t.TaskId, t.Data.ParentTaskId)), IsTask),
            "fk_calls_start_message" => NameReference(
                TaskReference.StartMessage, Of<CallSaved>().Select(c => ("call", c.Data.Id, (string?)c.Data.StartMessageId)), IsGiven),
            "fk_calls_end_message" => NameReference(
                TaskReference.EndMessage, Of<CallSaved>().Select(c => ("call", c.Data.Id, c.Data.EndMessageId)), IsGiven),
            _ => null,
        },
    };

    private static UnknownReferenceException NameTask(IEnumerable<(string Owner, string Id, string TaskId)> candidates)
    {
        var (owner, id, taskId) = candidates.First();
        return new UnknownReferenceException(owner, id, TaskReference.Task, taskId);
    }

    private IEnumerable<(string TaskId, T Data)> Of<T>() => _events.Where(e => e.Data is T).Select(e => (e.TaskId, (T)e.Data));

    private string TaskOf<T>() => Of<T>().First().TaskId;

    private static UnknownReferenceException NameReference(
        TaskReference reference, IEnumerable<(string Owner, string OwnerId, string? Id)> candidates, Func<string, bool> exists)
    {
        (string Owner, string OwnerId, string? Id)[] named = [.. candidates.Where(c => c.Id is not null)];
        var missing = First(named.Select(c => c.Id!), id => !exists(id));
        var (owner, ownerId, _) = named.First(c => c.Id == missing);
        return new UnknownReferenceException(owner, ownerId, reference, missing);
    }

    private StaleUpdateException? NameUpdate() => _events
        .Select(e => e.Data switch
        {
            TaskSaved { ExpectedUpdatedAt: { } time } => Stale("task", e.TaskId, time, facts.UpdateOfTask(e.TaskId)),
            CallSaved { ExpectedUpdatedAt: { } time } call => Stale("call", call.Id, time, facts.UpdateOfCall(call.Id)),
            _ => null,
        })
        .FirstOrDefault(stale => stale is not null);

    private static StaleUpdateException? Stale(string owner, string id, long expected, long? actual) => actual == expected
        ? null
        : new StaleUpdateException(owner, id, TaskEventForm.Time(expected), actual is { } time ? TaskEventForm.Time(time) : null);

    private StatusMoveException? NameMove()
    {
        foreach (var (taskId, data) in _events)
        {
            if (data is TaskSaved { Moves: StatusMoves.Forward } task
                && facts.EndOfTask(taskId) is { } ended
                && ended != task.CompletionStatus)
            {
                return new StatusMoveException("task", taskId, ended, task.CompletionStatus);
            }

            if (data is CallSaved { Moves: StatusMoves.Forward } call
                && facts.StatusOfCall(call.Id) is { } known
                && !StatusText.IsForward(StatusText.ReadStatus(known), call.Status))
            {
                return new StatusMoveException("call", call.Id, known, StatusText.Of(call.Status));
            }
        }

        return null;
    }

    private CallOfAnotherTaskException? NameHolder()
    {
        foreach (var (taskId, call) in Of<CallSaved>())
        {
            if (facts.TaskOfCall(call.Id) is { } holder && holder != taskId)
            {
                return new CallOfAnotherTaskException(call.Id, taskId, holder);
            }
        }

        return null;
    }

    private bool IsTask(string id) => _events.Exists(e => e.TaskId == id && e.Data is TaskSaved) || facts.HasTask(id);

    private bool IsGiven(string id) => Of<MessageSaved>().Any(m => m.Data.Id == id) || facts.HasMessage(id);

    /// <summary>The first id that meets a condition; the first of all if none does.</summary>
    private static string First(IEnumerable<string> ids, Func<string, bool> isSo)
    {
        var candidates = ids.ToList();
        return candidates.Find(id => isSo(id)) ?? candidates[0];
    }
}
