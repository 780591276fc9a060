using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Json;

namespace Ledger.Mcp.Abilities;

internal sealed record RunWorldInput
{
    [Description("A run or branch, by its id or stream name.")]
    public required string Run { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The number of events to apply. Default: all.")]
    public long? At { get; init; }

    [JsonConverter(typeof(IsoTimeConverter))]
    [Description("Instead of 'at': the world as it was at this time.")]
    public DateTimeOffset? AtTime { get; init; }

    [Description("Only objects and relations of this type.")]
    public string? Type { get; init; }

    [Description("Only objects, and no relations: those whose properties contain this JSON object, such as {\"status\": \"open\"}.")]
    public JsonElement? Contains { get; init; }

    [Description("Where the page begins: the 'next' of the page before. Give the same 'at' with it: the 'position' of the first page.")]
    public string? After { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 100.")]
    public int? Limit { get; init; }

    [Description("Whether an event that cannot be applied is an error. Otherwise it is skipped and listed in 'faults'.")]
    public bool? Strict { get; init; }
}

internal sealed record RunObjectInput
{
    [Description("A run or branch, by its id or stream name.")]
    public required string Run { get; init; }

    [Description("The id of the object.")]
    public required string Id { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The number of events to apply. Default: all.")]
    public long? At { get; init; }

    [JsonConverter(typeof(IsoTimeConverter))]
    [Description("Instead of 'at': the object as it was at this time.")]
    public DateTimeOffset? AtTime { get; init; }

    [Description("A JSON pointer into the properties, such as /notes/0: only that value, as text.")]
    public string? Path { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The first character of a value that is too long for one answer: the 'next' of the part before.")]
    public int? From { get; init; }

    [Description("Only relations after this id: the 'next' of the page before.")]
    public string? After { get; init; }

    [Range(1, 1_000)]
    [Description("The most relations to return. Default: 100.")]
    public int? Limit { get; init; }
}

internal sealed record RunBlameInput
{
    [Description("A run or branch, by its id or stream name.")]
    public required string Run { get; init; }

    [Description("The id of the object or relation.")]
    public required string Id { get; init; }

    [Description("Whether the id names an object (the default) or a relation.")]
    public WorldItemKind? Of { get; init; }

    [Description("Only changes of this property.")]
    public string? Property { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The number of items to skip: the 'next' of the page before.")]
    public int? Skip { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 100.")]
    public int? Limit { get; init; }
}

internal sealed record RunDiffInput
{
    [Description("The run or branch to start from.")]
    public required string Run { get; init; }

    [Description("The run or branch to compare it with.")]
    public required string Other { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The number of events of the first to apply. Default: all.")]
    public long? At { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The number of events of the other to apply. Default: all.")]
    public long? OtherAt { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The number of items of each list to skip: the 'next' of the page before.")]
    public int? Skip { get; init; }

    [Range(1, 1_000)]
    [Description("The most items of each list. Default: 100.")]
    public int? Limit { get; init; }
}
