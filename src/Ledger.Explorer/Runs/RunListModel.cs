using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Runs;

/// <summary>A page of the list of runs.</summary>
/// <param name="Query">The query by name and activity.</param>
/// <param name="Filter">The query by how runs are doing; null without one.</param>
/// <param name="Order">The order, as the address has it.</param>
/// <param name="Page">The result.</param>
/// <param name="Kind">The streams listed: <c>runs</c>, <c>branches</c> or <c>all</c>.</param>
internal sealed record RunListModel(StreamQuery Query, RunQuery? Filter, string Order, RunListing Page, string Kind)
{
    /// <summary>The labels of branches whose ids no person chose.</summary>
    public IReadOnlyDictionary<StreamName, string> Labels { get; init; } = new Dictionary<StreamName, string>();

    public string State => Query.State?.ToString().ToLowerInvariant() ?? "any";

    public string Status => Filter?.Status?.ToString().ToLowerInvariant() ?? "any";

    public RunRanges Ranges => RunRanges.Of(Filter);

    public bool IsFiltered => Query.Text is not null || Query.State is not null || Query.ActiveSince is not null || Query.ActiveUntil is not null || Query.Skip > 0
        || Filter is { Status: not null } or { Label: not null } or { Model: not null } or { After: not null } || Ranges.IsAny || Kind != "runs";
}
