using System.Text.Json;

namespace Ledger.Runs;

/// <summary>What a call cost, as an event says it; null is what it does not say.</summary>
/// <param name="Usd">The price, in US dollars.</param>
/// <param name="InputTokens">The tokens of the request.</param>
/// <param name="OutputTokens">The tokens of the response.</param>
public sealed record CallCost(decimal? Usd = null, long? InputTokens = null, long? OutputTokens = null)
{
    // What is beyond is no price and no count, and must not overflow a sum.
    private const decimal MaxUsd = 1e12m;
    private const long MaxTokens = 1_000_000_000_000;

    /// <summary>Nothing is known.</summary>
    public static CallCost Unknown { get; } = new();

    internal static CallCost Read(JsonElement data) => data.ValueKind != JsonValueKind.Object
        ? Unknown
        : new CallCost(
            data.TryGetProperty("cost_usd", out var cost)
                && cost.ValueKind == JsonValueKind.Number && cost.TryGetDecimal(out var usd) && usd is >= 0 and <= MaxUsd ? usd : null,
            Tokens(data, "input_tokens"),
            Tokens(data, "output_tokens"));

    private static long? Tokens(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var tokens) && tokens is >= 0 and <= MaxTokens ? tokens : null;
}
