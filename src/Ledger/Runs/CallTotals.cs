namespace Ledger.Runs;

/// <summary>The calls of a history, or of a part of it, added up.</summary>
/// <param name="Calls">How many calls ended, with success or failure, including those recorded without <c>CallOnceAsync</c>.</param>
/// <param name="Failed">How many of them failed.</param>
/// <param name="Answered">How many further calls were answered from the log and not made.</param>
/// <param name="CostUsd">What the calls cost, in US dollars, as far as their events state it.</param>
/// <param name="SavedUsd">What those that were answered from the log had cost.</param>
/// <param name="Tokens">The tokens of requests and responses.</param>
/// <param name="SavedTokens">The tokens of those that were answered from the log.</param>
public sealed record CallTotals(long Calls, long Failed, long Answered, decimal CostUsd, decimal SavedUsd, long Tokens, long SavedTokens)
{
    /// <summary>No calls.</summary>
    public static CallTotals None { get; } = new(0, 0, 0, 0, 0, 0, 0);

    internal CallTotals WithCall(CallCost cost) => this with
    {
        Calls = Calls + 1,
        CostUsd = CostUsd + (cost.Usd ?? 0),
        Tokens = Tokens + (cost.Tokens ?? 0),
    };

    internal CallTotals WithUsage(CallCost cost) => this with { CostUsd = CostUsd + (cost.Usd ?? 0), Tokens = Tokens + (cost.Tokens ?? 0) };

    internal CallTotals WithoutUsage(CallCost cost) => this with { CostUsd = CostUsd - (cost.Usd ?? 0), Tokens = Tokens - (cost.Tokens ?? 0) };

    internal CallTotals WithFailure() => this with { Calls = Calls + 1, Failed = Failed + 1 };

    internal CallTotals WithAnswer(CallCost cost) => this with
    {
        Answered = Answered + 1,
        SavedUsd = SavedUsd + (cost.Usd ?? 0),
        SavedTokens = SavedTokens + (cost.Tokens ?? 0),
    };
}
