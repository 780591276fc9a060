using System.Text.Json;
using Ledger.Runs;
using Ledger.Tasks;

namespace Ledger.Explorer.Contracts;

/// <summary>A task. The abilities of Agent OS have the same values under names of their own.</summary>
internal sealed record TaskContract(
    string Id,
    string SystemPrompt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string? ParentTaskId = null,
    string? CompletionStatus = null,
    string? Run = null)
{
    public static TaskContract Of(AgentTask task) =>
        new(task.Id, task.SystemPrompt, task.CreatedAt, task.UpdatedAt, task.ParentTaskId, task.CompletionStatus, task.Run?.Value);
}

/// <summary>A call of a task; parameters and details are JSON as text.</summary>
internal sealed record CallContract(
    string Id,
    string TaskId,
    string AbilityName,
    string Parameters,
    string Status,
    string Details,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string StartMessageId,
    string? EndMessageId = null)
{
    public static CallContract Of(Call call) => new(
        call.Id,
        call.TaskId,
        call.AbilityName,
        call.Parameters,
        JsonNamingPolicy.SnakeCaseLower.ConvertName(call.Status.ToString()),
        call.Details,
        call.CreatedAt,
        call.UpdatedAt,
        call.StartMessageId,
        call.EndMessageId);
}

/// <summary>A message of a task.</summary>
/// <param name="Id">Its id.</param>
/// <param name="TaskId">The task.</param>
/// <param name="Role">system, user or assistant.</param>
/// <param name="Content">What was said.</param>
/// <param name="Timestamp">When.</param>
/// <param name="Interrupted">true if it broke off before its end, else omitted.</param>
internal sealed record MessageContract(
    string Id, string TaskId, string Role, string Content, DateTimeOffset Timestamp, bool? Interrupted = null)
{
    public static MessageContract Of(Message message) => new(
        message.Id,
        message.TaskId,
        JsonNamingPolicy.SnakeCaseLower.ConvertName(message.Role.ToString()),
        message.Content,
        message.Timestamp,
        message.Interrupted ? true : null);
}

/// <summary>A page of tasks.</summary>
internal sealed record TaskPageContract(IReadOnlyList<TaskContract> Tasks, long? Total = null, string? Next = null)
{
    public static TaskPageContract Of(TaskPage page) => new([.. page.Tasks.Select(TaskContract.Of)], page.Total, page.Next?.ToString());
}

/// <summary>A page of messages.</summary>
internal sealed record MessagePageContract(IReadOnlyList<MessageContract> Messages, long? Total = null, string? Next = null)
{
    public static MessagePageContract Of(MessagePage page) =>
        new([.. page.Messages.Select(MessageContract.Of)], page.Total, page.Next?.ToString());
}

/// <summary>Calls of tasks.</summary>
/// <param name="Calls">The calls.</param>
/// <param name="Next">What the next page has as 'after', in pages; absent after the last one.</param>
internal sealed record CallsContract(IReadOnlyList<CallContract> Calls, string? Next = null)
{
    public static CallsContract Of(IReadOnlyList<Call> calls, string? next = null) => new([.. calls.Select(CallContract.Of)], next);
}

/// <summary>A call with its task, and the events that belong to it.</summary>
internal sealed record CallDetailsContract(CallContract Call, TaskContract Task, IReadOnlyList<EventContract> Events);

/// <summary>A task of a tree. The tree is a flat list, because parsers limit nesting and it may be deep.</summary>
internal sealed record TaskOfTreeContract(int Depth, TaskContract Task);

/// <summary>The work that a crash interrupted.</summary>
/// <param name="Tasks">The tasks in progress.</param>
/// <param name="Calls">Their calls that have not ended.</param>
/// <param name="RunCalls">The calls of models and tools that have begun and not ended, by run or branch.</param>
/// <param name="Next">The <c>after</c> of the next page; absent after the last one.</param>
internal sealed record RecoveryContract(
    IReadOnlyList<RecoverableTaskContract> Tasks, IReadOnlyList<RecoverableCallContract> Calls, IReadOnlyList<OpenCallsContract> RunCalls, string? Next = null)
{
    public static RecoveryContract Of(Recovery recovery, IReadOnlyList<RunCall> calls, string? next = null) => new(
        [.. recovery.Tasks.Select(found => new RecoverableTaskContract(
            TaskContract.Of(found.Task), found.Lease is { } lease ? new LeaseContract(lease.Runner, lease.ExpiresAt) : null))],
        [.. recovery.Calls.Select(found => new RecoverableCallContract(CallContract.Of(found.Call), MessageContract.Of(found.StartMessage)))],
        [.. calls.GroupBy(c => c.Stream).Select(run => new OpenCallsContract(run.Key.Value, [.. run.Select(c => OpenCallContract.Of(c.Call))]))],
        next);
}

/// <summary>A task in progress, and the runner that has it.</summary>
internal sealed record RecoverableTaskContract(TaskContract Task, LeaseContract? Lease = null);

/// <summary>A call that has not ended, and the message that it starts from.</summary>
internal sealed record RecoverableCallContract(CallContract Call, MessageContract StartMessage);

/// <summary>The runner that has a task, and for how long.</summary>
internal sealed record LeaseContract(string Runner, DateTimeOffset ExpiresAt);
