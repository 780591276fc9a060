using Ledger.Runs;

namespace Ledger.Explorer.Runs;

/// <summary>Runs, added up.</summary>
/// <param name="Query">Which runs.</param>
/// <param name="Kind">The streams: <c>runs</c>, <c>branches</c> or <c>all</c>.</param>
/// <param name="By">By what they are added up.</param>
/// <param name="Totals">The groups.</param>
/// <param name="Behind">How many events at the end of the log are not in them yet, at most.</param>
internal sealed record RunTotalsModel(RunQuery Query, string Kind, RunGrouping By, IReadOnlyList<RunTotals> Totals, long Behind)
{
    /// <summary>All groups together; null by label, where a run counts in several.</summary>
    public RunTotals? Sum => By == RunGrouping.Label ? null : new RunTotals(
        null, Totals.Sum(t => t.Runs), Totals.Sum(t => t.FailedRuns), Totals.Sum(t => t.Calls), Totals.Sum(t => t.Tokens), Totals.Sum(t => t.CostUsd));
}
