using System.Globalization;
using Ledger.Explorer.Rendering;
using Ledger.Runs;

namespace Ledger.Explorer.Runs;

/// <summary>What runs cost, how long they took and how many tokens, at least and at most; null for any.</summary>
internal sealed record RunRanges(
    decimal? MinCost, decimal? MaxCost, TimeSpan? MinDuration, TimeSpan? MaxDuration, long? MinTokens = null, long? MaxTokens = null)
{
    /// <summary>Whether any of them is asked for.</summary>
    public bool IsAny => this != new RunRanges(null, null, null, null);

    /// <summary>Why no run can be within them, as a sentence; null if one can.</summary>
    public string? Fault =>
        MinCost < 0 || MaxCost < 0 ? "A cost must be 0 or more."
        : MinDuration < TimeSpan.Zero || MaxDuration < TimeSpan.Zero ? "A duration must be 0 or more."
        : MinTokens < 0 || MaxTokens < 0 ? "A number of tokens must be 0 or more."
        : MinCost > MaxCost ? string.Create(CultureInfo.InvariantCulture, $"The least cost, {MinCost} USD, is more than the most, {MaxCost} USD.")
        : MinDuration > MaxDuration ? $"The least duration, {DurationInput.Of(MinDuration)}, is more than the most, {DurationInput.Of(MaxDuration)}."
        : MinTokens > MaxTokens ? string.Create(CultureInfo.InvariantCulture, $"The least number of tokens, {MinTokens}, is more than the most, {MaxTokens}.")
        : null;

    /// <summary>Those of an address.</summary>
    public static RunRanges Of(Query query)
    {
        var ranges = new RunRanges(
            query.Amount("min_cost"),
            query.Amount("max_cost"),
            query.Duration("min_duration"),
            query.Duration("max_duration"),
            query.Position("min_tokens")?.Value,
            query.Position("max_tokens")?.Value);
        return ranges.Fault is { } fault ? throw new BadRequestException(fault) : ranges;
    }

    /// <summary>Those of a query.</summary>
    public static RunRanges Of(RunQuery? query) => query is null
        ? new RunRanges(null, null, null, null)
        : new RunRanges(query.MinCostUsd, query.MaxCostUsd, query.MinDuration, query.MaxDuration, query.MinTokens, query.MaxTokens);

    /// <summary>A query with them.</summary>
    public RunQuery In(RunQuery query) => query with
    {
        MinCostUsd = MinCost,
        MaxCostUsd = MaxCost,
        MinDuration = MinDuration,
        MaxDuration = MaxDuration,
        MinTokens = MinTokens,
        MaxTokens = MaxTokens,
    };

    /// <summary>They as the query of a link.</summary>
    public (string, object?)[] ToLink() =>
    [
        ("min_cost", MinCost), ("max_cost", MaxCost), ("min_duration", DurationInput.Of(MinDuration)), ("max_duration", DurationInput.Of(MaxDuration)),
        ("min_tokens", MinTokens), ("max_tokens", MaxTokens),
    ];
}
