namespace Ledger.Runs;

/// <summary>Runs of one day, model or label, added up.</summary>
/// <param name="Group">The day, the model or the label; null for runs without a model.</param>
/// <param name="Runs">How many there are.</param>
/// <param name="FailedRuns">How many of them have failed.</param>
/// <param name="Calls">How many of their own calls of models and tools were begun.</param>
/// <param name="Tokens">The tokens of their own calls.</param>
/// <param name="CostUsd">What their own calls cost, in US dollars.</param>
public sealed record RunTotals(string? Group, long Runs, long FailedRuns, long Calls, long Tokens, decimal CostUsd);
