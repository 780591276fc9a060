using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Ledger.Json;
using Ledger.Tasks;

namespace Ledger.Abilities;

internal sealed record TaskSaveInput
{
    [Description("The complete task.")]
    public required AgentTask Task { get; init; }
}

internal sealed record SuccessOutput
{
    public required bool Success { get; init; }
}

internal sealed record TaskGetInput
{
    [Description("The id of the task.")]
    public required string TaskId { get; init; }
}

internal sealed record TaskGetOutput
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required AgentTask? Task { get; init; }
}

internal sealed record TaskQueryInput
{
    [Description("Only tasks that ended with this status; the text 'null' for those in progress.")]
    public string? CompletionStatus { get; init; }

    [Description("Only parts of this task.")]
    public string? ParentTaskId { get; init; }

    [JsonConverter(typeof(UnixMillisecondsConverter))]
    [Description("The earliest time of creation.")]
    public DateTimeOffset? FromTime { get; init; }

    [JsonConverter(typeof(UnixMillisecondsConverter))]
    [Description("The latest time of creation.")]
    public DateTimeOffset? ToTime { get; init; }

    [Range(0, TaskQuery.MaxLimit)]
    [Description("The most items to return. Default: 100.")]
    public int? Limit { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The number of items to skip.")]
    public int? Offset { get; init; }

    public TaskQuery ToQuery() => new()
    {
        Completion = CompletionFilter.Parse(CompletionStatus),
        ParentTaskId = ParentTaskId,
        From = FromTime,
        To = ToTime,
        Limit = Limit ?? 100,
        Start = PageStart.Offset(Offset ?? 0),
    };
}

internal sealed record TaskQueryOutput
{
    public required IReadOnlyList<AgentTask> Tasks { get; init; }

    public required long Total { get; init; }
}

internal sealed record CallSaveInput
{
    [Description("The complete call.")]
    public required Call Call { get; init; }
}

internal sealed record CallListInput
{
    [Description("The id of the task.")]
    public required string TaskId { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The most calls to list. Default: all; as a tool 100.")]
    public int? Limit { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The number of items to skip.")]
    public int? Offset { get; init; }
}

internal sealed record CallListOutput
{
    public required IReadOnlyList<Call> Calls { get; init; }

    [Description("How many calls the task has; where only some of them were asked for.")]
    public long? Total { get; init; }
}

internal sealed record MessageSaveInput
{
    [Description("The complete message.")]
    public required Message Message { get; init; }
}

internal sealed record MessageSaveOutput
{
    public required bool Success { get; init; }

    public required string MessageId { get; init; }
}

internal sealed record MessageListInput
{
    [Description("The id of the task.")]
    public required string TaskId { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The most messages to list. Default: all; as a tool 100.")]
    public int? Limit { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The number of items to skip.")]
    public int? Offset { get; init; }

    public MessageQuery ToQuery() => new(TaskId) { Limit = Limit, Start = PageStart.Offset(Offset ?? 0) };
}

internal sealed record MessageListOutput
{
    public required IReadOnlyList<Message> Messages { get; init; }

    public required long Total { get; init; }
}
