namespace Ledger.Tasks;

/// <summary>Tasks, calls and messages as the events that save them, and back.</summary>
internal static class TaskEventForm
{
    public static TaskSaved Of(AgentTask task, DateTimeOffset? expectedUpdatedAt, StatusMoves moves) => new(
        task.SystemPrompt,
        Milliseconds(task.CreatedAt),
        Milliseconds(task.UpdatedAt),
        task.ParentTaskId,
        task.CompletionStatus,
        task.Run?.Value,
        expectedUpdatedAt?.ToUnixTimeMilliseconds(),
        moves == StatusMoves.Any ? null : moves);

    public static CallSaved Of(Call call, DateTimeOffset? expectedUpdatedAt, StatusMoves moves) => new(
        call.Id,
        call.AbilityName,
        call.Parameters,
        call.Status,
        call.Details,
        Milliseconds(call.CreatedAt),
        Milliseconds(call.UpdatedAt),
        call.StartMessageId,
        call.EndMessageId,
        expectedUpdatedAt?.ToUnixTimeMilliseconds(),
        moves == StatusMoves.Any ? null : moves);

    public static MessageSaved Of(Message message) =>
        new(message.Id, message.Role, message.Content, Milliseconds(message.Timestamp), message.Interrupted ? true : null);

    public static AgentTask Read(string taskId, TaskSaved saved) => new()
    {
        Id = taskId,
        ParentTaskId = saved.ParentTaskId,
        CompletionStatus = saved.CompletionStatus,
        SystemPrompt = saved.SystemPrompt,
        CreatedAt = Time(saved.CreatedAt),
        UpdatedAt = Time(saved.UpdatedAt),
        Run = saved.Run is { } run ? new StreamName(run) : null,
    };

    public static Call Read(string taskId, CallSaved saved) => new()
    {
        Id = saved.Id,
        TaskId = taskId,
        AbilityName = saved.AbilityName,
        Parameters = saved.Parameters,
        Status = saved.Status,
        Details = saved.Details,
        CreatedAt = Time(saved.CreatedAt),
        UpdatedAt = Time(saved.UpdatedAt),
        StartMessageId = saved.StartMessageId,
        EndMessageId = saved.EndMessageId,
    };

    public static Message Read(string taskId, MessageSaved saved) => new()
    {
        Id = saved.Id,
        TaskId = taskId,
        Role = saved.Role,
        Content = saved.Content,
        Timestamp = Time(saved.Timestamp),
        Interrupted = saved.Interrupted == true,
    };

    public static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static long Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}
