using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Runs;

/// <summary>A page of the list of runs.</summary>
/// <param name="Query">The query.</param>
/// <param name="Page">The result.</param>
/// <param name="Usages">The known costs, by stream name.</param>
/// <param name="Kind">The streams listed: <c>runs</c>, <c>branches</c> or <c>all</c>.</param>
internal sealed record RunListModel(
    StreamQuery Query, StreamPage Page, IReadOnlyDictionary<string, RunUsage> Usages, string Kind)
{
    public string Order => Query.Order switch
    {
        StreamOrder.LongestFirst => "longest",
        StreamOrder.Name => "name",
        _ => "latest",
    };

    public string State => Query.State?.ToString().ToLowerInvariant() ?? "any";

    public bool IsFiltered => Query.Text is not null || Query.State is not null || Query.ActiveSince is not null || Query.ActiveUntil is not null || Query.Skip > 0 || Kind != "runs";
}
