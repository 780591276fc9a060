using Ledger.Tasks;

namespace Ledger.Conformance.Tasks;

/// <summary>What the tests of tasks share: ids that no other test uses, and what is quickly made.</summary>
public abstract class TaskTests(ITestEngine engine) : EventStoreTests(engine)
{
    /// <summary>The first moment of the times that the tests give.</summary>
    protected static DateTimeOffset Start { get; } = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_000);

    protected TaskLedger Tasks => new(Store);

    protected static DateTimeOffset At(int milliseconds) => Start.AddMilliseconds(milliseconds);

    protected static AgentTask NewTask(string? id = null, int createdAt = 0) => new()
    {
        Id = id ?? NewId(),
        SystemPrompt = "You look things up.",
        CreatedAt = At(createdAt),
        UpdatedAt = At(createdAt),
    };

    protected static Message NewMessage(string taskId, string? id = null, int timestamp = 0, string content = "Hello") => new()
    {
        Id = id ?? NewId(),
        TaskId = taskId,
        Role = MessageRole.User,
        Content = content,
        Timestamp = At(timestamp),
    };

    protected static Call NewCall(Message start, string? id = null, int createdAt = 0) => new()
    {
        Id = id ?? NewId(),
        TaskId = start.TaskId,
        AbilityName = "mem:retrieve",
        Parameters = """{"query":"kettle"}""",
        Status = CallStatus.Pending,
        Details = "{}",
        CreatedAt = At(createdAt),
        UpdatedAt = At(createdAt),
        StartMessageId = start.Id,
    };

    protected async Task<AgentTask> SavedTaskAsync() => await Tasks.SaveTaskAsync(NewTask());

    protected async Task<Message> SavedMessageAsync(string? taskId = null)
    {
        var message = NewMessage(taskId ?? (await SavedTaskAsync()).Id);
        await Tasks.SaveMessageAsync(message);
        return message;
    }

    protected async Task<Call> SavedCallAsync() => await Tasks.SaveCallAsync(NewCall(await SavedMessageAsync()));
}
