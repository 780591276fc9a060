using Ledger.Log;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ledger.Tasks;

/// <summary>What an agent does, calls and says: tasks, calls and messages on the log, each task a stream <c>task:{id}</c>.</summary>
/// <remarks>
/// <para>Tasks and calls change, and the log keeps every change; messages never change. A save is done when it returns, and every later read sees it.</para>
/// <para>A save must fit the existing data: <see cref="UnknownReferenceException"/> for a task or message that does not exist,
/// <see cref="MessageExistsException"/> for a message saved twice. This is checked in the append itself, so one of two racing saves is refused, and a refused
/// save does not affect others that are written with it.</para>
/// <para>Safe for concurrent use. Wrong use is an <see cref="ArgumentException"/>; what cannot be stored, such as an empty id, is an
/// <see cref="InvalidEventException"/>.</para>
/// </remarks>
public sealed partial class TaskLedger
{
    private readonly IEventStore _store;
    private readonly ITaskReader _reader;
    private readonly StatusMoves _moves;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    /// <summary>Creates a ledger on a store.</summary>
    /// <param name="store">Where the events are and saves are appended; it must have an <see cref="ITaskReader"/>, as the engines of Ledger do.</param>
    /// <param name="options">Which changes are allowed; null for the defaults.</param>
    /// <param name="timeProvider">The clock of messages that are streamed; null for the system's. Leases go by the clock of the log.</param>
    /// <param name="logger">Where it is said that a message which broke off could not be saved; null for nowhere.</param>
    /// <exception cref="ArgumentException">The store keeps no tasks.</exception>
    public TaskLedger(
        IEventStore store,
        TaskLedgerOptions? options = null,
        TimeProvider? timeProvider = null,
        ILogger<TaskLedger>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
        _reader = store.Get<ITaskReader>()
            ?? throw new ArgumentException($"{store.GetType()} keeps no tasks: it has no {nameof(ITaskReader)}. A store in front of an engine passes {nameof(IEventStore.Get)} on to it.", nameof(store));
        _moves = options?.StatusMoves ?? StatusMoves.Any;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<TaskLedger>.Instance;
    }

    internal DateTimeOffset Now => _timeProvider.GetUtcNow();

    /// <summary>Finds a task, or null.</summary>
    public Task<AgentTask?> FindTaskAsync(string taskId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(taskId);
        return _reader.FindTaskAsync(taskId, cancellationToken);
    }

    /// <summary>A page of the tasks that fit, the newest first.</summary>
    public Task<TaskPage> QueryTasksAsync(TaskQuery query, CancellationToken cancellationToken = default) =>
        _reader.QueryTasksAsync(query, cancellationToken);

    /// <summary>A task with everything below it, or null.</summary>
    public Task<TaskNode?> GetTreeAsync(string taskId, CancellationToken cancellationToken = default) =>
        _reader.GetTaskTreeAsync(taskId, cancellationToken);

    /// <summary>Finds a call, or null.</summary>
    public Task<Call?> FindCallAsync(string callId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(callId);
        return _reader.FindCallAsync(callId, cancellationToken);
    }

    /// <summary>The calls of a task, the oldest first.</summary>
    public Task<IReadOnlyList<Call>> ListCallsAsync(string taskId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(taskId);
        return _reader.ListCallsAsync(new CallQuery { TaskId = taskId }, cancellationToken);
    }

    /// <summary>The calls that are in progress, the oldest first.</summary>
    /// <param name="taskId">Of which task, or null: of all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<IReadOnlyList<Call>> ListCallsInProgressAsync(string? taskId = null, CancellationToken cancellationToken = default) =>
        _reader.ListCallsAsync(new CallQuery { TaskId = taskId, Status = CallStatus.InProgress }, cancellationToken);

    /// <summary>Finds a message, or null.</summary>
    public Task<Message?> FindMessageAsync(string messageId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messageId);
        return _reader.FindMessageAsync(messageId, cancellationToken);
    }

    /// <summary>All messages of a task, by time and then by id; of an unknown task none.</summary>
    public Task<MessagePage> ListMessagesAsync(string taskId, CancellationToken cancellationToken = default) =>
        ListMessagesAsync(new MessageQuery(taskId), cancellationToken);

    /// <summary>A page of a task's messages, by time and then by id; of an unknown task none.</summary>
    public Task<MessagePage> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(query.TaskId, nameof(query));
        return _reader.ListMessagesAsync(query, cancellationToken);
    }

    /// <summary>Lists unfinished tasks and calls, the oldest first, to be resumed or failed after a crash.</summary>
    /// <remarks>A runner takes a task by <see cref="TryLeaseAsync"/> before it continues the task, so that no two runners do.</remarks>
    public Task<Recovery> RecoverAsync(CancellationToken cancellationToken = default) => _reader.RecoverAsync(cancellationToken);
}
