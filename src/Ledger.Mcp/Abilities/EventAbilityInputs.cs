using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Ledger.Json;

namespace Ledger.Mcp.Abilities;

internal sealed record RunEventsInput
{
    [Description("A run or branch, by its id or stream name.")]
    public required string Run { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The position of the first event: the 'next' of the page before. Default: 0.")]
    public long? From { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The position to stop before. Default: the end.")]
    public long? To { get; init; }

    [Range(1, 1_000)]
    [Description("Only the last so many events that match, in their order.")]
    public int? Last { get; init; }

    [Description("Only events of these types; one that ends with * matches what begins with it, such as object.*.")]
    public IReadOnlyList<string>? Types { get; init; }

    [Description("Only events of this actor.")]
    public string? Actor { get; init; }

    [Description("Only events whose data contains this text in a value or member name, in upper or lower case.")]
    public string? Text { get; init; }

    [Description("Only events that belong to this call of a task.")]
    public string? CallId { get; init; }

    [JsonConverter(typeof(IsoTimeConverter))]
    [Description("Only events recorded at this time or later.")]
    public DateTimeOffset? Since { get; init; }

    [JsonConverter(typeof(IsoTimeConverter))]
    [Description("Only events recorded before this time.")]
    public DateTimeOffset? Until { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 100.")]
    public int? Limit { get; init; }
}

internal sealed record RunEventInput
{
    [Description("A run or branch, by its id or stream name.")]
    public required string Run { get; init; }

    [Description("The event: its position, such as '17', or its id.")]
    public required string Event { get; init; }

    [Description("A JSON pointer into the data, such as /messages/0/text: only that value, as text.")]
    public string? Path { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The first character of a value that is too long for one answer: the 'next' of the part before.")]
    public int? From { get; init; }
}

internal sealed record RunSearchInput
{
    [Description("A run or branch, by its id or stream name.")]
    public required string Run { get; init; }

    [MinLength(1)]
    [Description("The text, in upper or lower case, that a value or member name of the data contains.")]
    public required string Text { get; init; }

    [Description("Only events of these types; one that ends with * matches what begins with it, such as object.*.")]
    public IReadOnlyList<string>? Types { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The position of the first event to look at: the 'next' of the page before. Default: 0.")]
    public long? From { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 20.")]
    public int? Limit { get; init; }
}

internal sealed record RunTraceInput
{
    [Description("The run or branch that has the event.")]
    public required string Run { get; init; }

    [Description("The id of the event.")]
    public required string EventId { get; init; }

    [Description("Whether to follow the causes (the default) or the effects.")]
    public TraceDirection? Direction { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The number of items to skip: the 'next' of the page before.")]
    public int? Skip { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 100.")]
    public int? Limit { get; init; }
}
