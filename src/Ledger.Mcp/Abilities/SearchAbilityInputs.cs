using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ledger.Mcp.Abilities;

internal sealed record LogSearchInput
{
    [MinLength(1)]
    [Description("A text, in upper or lower case, that a value or member name of the data contains.")]
    public string? Text { get; init; }

    [Description("Only events of these types; one that ends with * matches what begins with it, such as object.*.")]
    public IReadOnlyList<string>? Types { get; init; }

    [Description("Only events of this actor.")]
    public string? Actor { get; init; }

    [Description("Only calls of the tool with this name.")]
    public string? Tool { get; init; }

    [Description("A path into the data, or into a call's arguments, and the value there, such as quay.name=north.")]
    public string? Where { get; init; }

    [Description("Only events about the object with this id: that create, patch or remove it, and relations created from or to it.")]
    public string? Object { get; init; }

    [Description("Whether to search runs, branches, or all streams (the default).")]
    public StreamKind? Kind { get; init; }

    [Description("Only in runs that are: running, waiting, failed or done.")]
    public SearchedStatus? Status { get; init; }

    [Description("Only in runs with this label.")]
    public string? Label { get; init; }

    [Description("Only in runs that asked this model last.")]
    public string? Model { get; init; }

    [Description("Only in runs whose own calls cost at least so many US dollars.")]
    public decimal? MinCostUsd { get; init; }

    [Description("Only in runs whose own calls cost at most so many US dollars.")]
    public decimal? MaxCostUsd { get; init; }

    [Description("Only in runs with at least so many seconds between start and last activity.")]
    public double? MinSeconds { get; init; }

    [Description("Only in runs with at most so many seconds between start and last activity.")]
    public double? MaxSeconds { get; init; }

    [Description("Only events recorded at this time or later, ISO 8601.")]
    public DateTimeOffset? Since { get; init; }

    [Description("Only events recorded before this time.")]
    public DateTimeOffset? Until { get; init; }

    [Range(1, long.MaxValue)]
    [Description("The 'next' of the page before: only earlier events.")]
    public long? Before { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 20.")]
    public int? Limit { get; init; }
}
