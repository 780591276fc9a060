using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Cli.Bus;

internal sealed record ChronoQueryInput
{
    [Description("The project, by the name that its stream chrono:PROJECT has.")]
    public required string Project { get; init; }

    [Description("Only records of this kind.")]
    public string? Kind { get; init; }

    [Description("Only records with this status; active unless given, \"\" for all.")]
    public string? Status { get; init; }

    [Description("Only records sure enough to be put into a prompt: a confidence of 0.6 or more.")]
    public bool? RagFilter { get; init; }

    [Description("Only records with at least this confidence.")]
    public double? MinConfidence { get; init; }

    [Range(1, 1_000)]
    [Description("How many at most; 100 unless given.")]
    public int? Limit { get; init; }
}

internal sealed record ChronoRecordsOutput
{
    public required IReadOnlyList<JsonElement> Records { get; init; }
}

internal sealed record ChronoGetInput
{
    [Description("The project, by the name that its stream chrono:PROJECT has.")]
    public required string Project { get; init; }

    [Description("The record's id.")]
    public required string Id { get; init; }

    [Range(0, long.MaxValue)]
    [Description("As it was after the event with this seq; as it is unless given.")]
    public long? AtSeq { get; init; }
}

internal sealed record ChronoRecordOutput
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required JsonElement? Record { get; init; }
}

internal sealed record ChronoHistoryInput
{
    [Description("The project, by the name that its stream chrono:PROJECT has.")]
    public required string Project { get; init; }

    [Description("The record's id.")]
    public required string Id { get; init; }

    [Range(1, 1_000)]
    [Description("How many at most; 100 unless given.")]
    public int? Limit { get; init; }
}

internal sealed record ChronoEventsOutput
{
    public required IReadOnlyList<JsonElement> Events { get; init; }
}

/// <summary>How the abilities on record stores are read and written, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ChronoQueryInput))]
[JsonSerializable(typeof(ChronoRecordsOutput))]
[JsonSerializable(typeof(ChronoGetInput))]
[JsonSerializable(typeof(ChronoRecordOutput))]
[JsonSerializable(typeof(ChronoHistoryInput))]
[JsonSerializable(typeof(ChronoEventsOutput))]
internal sealed partial class ChronoAbilityContext : JsonSerializerContext;
