using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Log;

namespace Ledger.Cli.Bus;

internal sealed record RunListInput;

internal sealed record RunListOutput
{
    public required IReadOnlyList<RunOutput> Runs { get; init; }
}

internal sealed record RunOutput
{
    public required string Id { get; init; }

    public required long Length { get; init; }

    public static RunOutput Of(StreamInfo run) => new() { Id = run.Name.Id, Length = run.Version.Value };
}

internal sealed record RunEventsInput
{
    [Description("A run or branch, by its id or stream name.")]
    public required string Run { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The position of the first event. Default: 0.")]
    public long? From { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 100.")]
    public int? Limit { get; init; }

    [Description("Only events that belong to this call of a task.")]
    public string? CallId { get; init; }
}

internal sealed record RunEventsOutput
{
    public required IReadOnlyList<RunEvent> Events { get; init; }
}

internal sealed record RunEvent
{
    public required Guid Id { get; init; }

    public required string Type { get; init; }

    public required string Stream { get; init; }

    public long? Position { get; init; }

    public string? Actor { get; init; }

    public string? CallId { get; init; }

    public required JsonElement Data { get; init; }

    public static RunEvent Of(RecordedEvent recorded) => new()
    {
        Id = recorded.Id,
        Type = recorded.Type,
        Stream = recorded.Stream.Value,
        Position = recorded.Position?.Value,
        Actor = recorded.Metadata.Actor,
        CallId = recorded.Metadata.CallId,
        Data = recorded.ToJsonElement(),
    };
}

internal sealed record RunAppendInput
{
    [Description("A run or branch, by its id or stream name.")]
    public required string Run { get; init; }

    [Description("The type of the event, such as 'object.created' or 'tool.called'.")]
    public required string Type { get; init; }

    [Description("The event's data: JSON.")]
    public required JsonElement Data { get; init; }

    [Description("The event's id in your system. Sent again with the same id, type and data, the event is written once. Default: a new UUID.")]
    [MinLength(1)]
    public string? Id { get; init; }

    [Description("Who or what caused the event, such as the name of an agent.")]
    public string? Actor { get; init; }

    [Description("The call of a task that the event belongs to, such as a tool.called or tool.returned.")]
    public string? CallId { get; init; }

    [Description("Whether to refuse an object or relation event that cannot be applied to the world. Default: true.")]
    public bool? Validate { get; init; }
}

internal sealed record RunLengthOutput
{
    public required long Length { get; init; }

    public required Guid EventId { get; init; }

    [Description("Whether the event existed already and nothing was written.")]
    public required bool WasThere { get; init; }

    [Description("Possible problems with the event, which was appended anyway.")]
    public string? Note { get; init; }
}

internal sealed record RunForkInput
{
    [Description("The run or branch to fork, by its id or stream name.")]
    public required string Run { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The number of its events that the branch shares.")]
    public required long At { get; init; }

    [Description("The id of the branch. Default: a new UUID.")]
    public string? Id { get; init; }

    [Description("What the branch is for.")]
    public string? Name { get; init; }
}

internal sealed record RunForkOutput
{
    public required string BranchId { get; init; }

    public required long ForkPosition { get; init; }
}

internal sealed record RunWorldInput
{
    [Description("A run or branch, by its id or stream name.")]
    public required string Run { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The number of events to apply. Default: all.")]
    public long? At { get; init; }

    [Description("Whether an event that cannot be applied is an error. Otherwise it is skipped and listed in 'faults'.")]
    public bool? Strict { get; init; }
}

internal sealed record RunDiffInput
{
    [Description("The run or branch to start from.")]
    public required string Run { get; init; }

    [Description("The run or branch to compare it with.")]
    public required string Other { get; init; }
}

internal sealed record RunDiffOutput
{
    public required string Summary { get; init; }

    public required JsonElement Diff { get; init; }
}

internal sealed record RunTraceInput
{
    [Description("The run or branch that has the event.")]
    public required string Run { get; init; }

    [Description("The id of the event.")]
    public required string EventId { get; init; }
}

/// <summary>The JSON contracts of the abilities on runs, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(RunListInput))]
[JsonSerializable(typeof(RunListOutput))]
[JsonSerializable(typeof(RunEventsInput))]
[JsonSerializable(typeof(RunEventsOutput))]
[JsonSerializable(typeof(RunAppendInput))]
[JsonSerializable(typeof(RunLengthOutput))]
[JsonSerializable(typeof(RunForkInput))]
[JsonSerializable(typeof(RunForkOutput))]
[JsonSerializable(typeof(RunWorldInput))]
[JsonSerializable(typeof(RunDiffInput))]
[JsonSerializable(typeof(RunDiffOutput))]
[JsonSerializable(typeof(RunTraceInput))]
internal sealed partial class RunAbilityContext : JsonSerializerContext;
