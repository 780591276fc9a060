using System.Globalization;
using Ledger.Tasks;

namespace Ledger.Benchmarks.Writers;

/// <summary>Saves messages to a task of its own.</summary>
internal sealed class MessageWriter(TaskLedger tasks, string task) : Writer
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_000);

    public override Task PrepareAsync(CancellationToken cancellationToken) => tasks.SaveTaskAsync(TaskOf(task, 0), cancellationToken: cancellationToken);

    public override Task WriteAsync(long number, CancellationToken cancellationToken) =>
        tasks.SaveMessageAsync(MessageOf(task, number), cancellationToken);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A task, each created a second after the one before; every tenth is active, and every third of the others failed.</summary>
    public static AgentTask TaskOf(string id, int number) => new()
    {
        Id = id,
        SystemPrompt = "Find out what water does when it is heated, and say where you read it.",
        CompletionStatus = number % 10 == 0 ? null : number % 3 == 0 ? "failed" : "success",
        CreatedAt = Start.AddSeconds(number),
        UpdatedAt = Start.AddSeconds(number),
    };

    /// <summary>A message of the size of a benchmark's event.</summary>
    public static Message MessageOf(string task, long number) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{task}-{number}"),
        TaskId = task,
        Role = number % 2 == 0 ? MessageRole.User : MessageRole.Assistant,
        Content = "Water boils at 100 °C at sea level, and sooner on a mountain",
        Timestamp = Start.AddSeconds(number),
    };
}
