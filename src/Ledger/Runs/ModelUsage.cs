namespace Ledger.Runs;

/// <summary>What the answered calls of one model used and cost, added up as far as their events state it.</summary>
/// <param name="Kind">What is called: <c>llm</c>, <c>tool</c>, or a word of the application's.</param>
/// <param name="Model">The model that answered, or else that was asked; null where neither is recorded, as for tools.</param>
/// <param name="Provider">Its provider; null where that is not recorded.</param>
public sealed record ModelUsage(string Kind, string? Model, string? Provider)
{
    /// <summary>How many calls were answered; those that failed, or that the log answered, are not among them.</summary>
    public long Calls { get; init; }

    /// <summary>The tokens of the requests.</summary>
    public long InputTokens { get; init; }

    /// <summary>The tokens of the responses.</summary>
    public long OutputTokens { get; init; }

    /// <summary>The tokens of the requests that came from the provider's cache.</summary>
    public long CachedTokens { get; init; }

    /// <summary>The tokens of the responses that the model spent on reasoning.</summary>
    public long ReasoningTokens { get; init; }

    /// <summary>The price, in US dollars.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>How long the calls took, those at once each by itself.</summary>
    public TimeSpan Duration { get; init; }

    internal ModelUsage Plus(CallCost cost, TimeSpan? duration) => this with
    {
        Calls = Calls + 1,
        InputTokens = InputTokens + (cost.InputTokens ?? 0),
        OutputTokens = OutputTokens + (cost.OutputTokens ?? 0),
        CachedTokens = CachedTokens + (cost.CachedTokens ?? 0),
        ReasoningTokens = ReasoningTokens + (cost.ReasoningTokens ?? 0),
        CostUsd = CostUsd + (cost.Usd ?? 0),
        Duration = Duration + (duration ?? TimeSpan.Zero),
    };
}
