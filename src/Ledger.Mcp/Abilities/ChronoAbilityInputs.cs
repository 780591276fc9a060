using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ledger.Mcp.Abilities;

internal sealed record ChronoQueryInput
{
    [Description("The project: the PROJECT in the name of its stream, chrono:PROJECT.")]
    public required string Project { get; init; }

    [Description("Only records of this kind.")]
    public string? Kind { get; init; }

    [Description("Only records with this status; \"\" for all. Default: active.")]
    public string? Status { get; init; }

    [Description("Only records certain enough to put into a prompt: a confidence of 0.6 or more.")]
    public bool? RagFilter { get; init; }

    [Description("Only records with at least this confidence.")]
    public double? MinConfidence { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 100.")]
    public int? Limit { get; init; }
}

internal sealed record ChronoGetInput
{
    [Description("The project: the PROJECT in the name of its stream, chrono:PROJECT.")]
    public required string Project { get; init; }

    [Description("The record's id.")]
    public required string Id { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The record as it was after the event with this seq. Default: as it is now.")]
    public long? AtSeq { get; init; }
}

internal sealed record ChronoHistoryInput
{
    [Description("The project: the PROJECT in the name of its stream, chrono:PROJECT.")]
    public required string Project { get; init; }

    [Description("The record's id.")]
    public required string Id { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 100.")]
    public int? Limit { get; init; }
}
