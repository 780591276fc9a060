using System.Text.Json;

namespace Ledger.Runs;

/// <summary>The usage and cost of a call as its event states them; null where it does not.</summary>
/// <remarks>
/// Read from the members of an event's data, and from its member <c>usage</c>, in the names of the providers: <c>input_tokens</c> or
/// <c>prompt_tokens</c>, <c>output_tokens</c> or <c>completion_tokens</c>, <c>cache_read_input_tokens</c> or <c>cached_tokens</c>,
/// <c>reasoning_tokens</c>, the latter two also in <c>…_details</c>, or the camelCase forms of each.
/// </remarks>
/// <param name="Usd">The price, in US dollars.</param>
/// <param name="InputTokens">The tokens of the request, those from a cache included where the provider includes them.</param>
/// <param name="OutputTokens">The tokens of the response.</param>
public sealed record CallCost(decimal? Usd = null, long? InputTokens = null, long? OutputTokens = null)
{
    // Anything larger is not a valid price or count, and must not overflow a sum.
    internal const decimal MaxUsd = 1e12m;
    private const long MaxTokens = 1_000_000_000_000;

    private static readonly string[] InputNames = ["input_tokens", "prompt_tokens", "inputTokens", "promptTokens", "input_token_count", "inputTokenCount"];
    private static readonly string[] OutputNames = ["output_tokens", "completion_tokens", "outputTokens", "completionTokens", "output_token_count", "outputTokenCount"];
    private static readonly string[] CachedNames = ["cached_tokens", "cache_read_input_tokens", "cachedTokens", "cacheReadInputTokens", "cachedInputTokenCount"];
    private static readonly string[] ReasoningNames = ["reasoning_tokens", "reasoningTokens", "reasoningTokenCount"];
    private static readonly string[] DetailNames = ["prompt_tokens_details", "input_tokens_details", "completion_tokens_details", "output_tokens_details"];
    private static readonly string[] ModelNames = ["model", "model_id", "modelId"];
    private static readonly string[] ProviderNames = ["provider", "provider_name"];

    /// <summary>No known usage or cost.</summary>
    public static CallCost Unknown { get; } = new();

    /// <summary>The tokens of the request that came from the provider's cache.</summary>
    public long? CachedTokens { get; init; }

    /// <summary>The tokens of the response that the model spent on reasoning.</summary>
    public long? ReasoningTokens { get; init; }

    /// <summary>The model that answered.</summary>
    public string? Model { get; init; }

    /// <summary>The provider of the model.</summary>
    public string? Provider { get; init; }

    /// <summary>The tokens of request and response; null where neither is known.</summary>
    internal long? Tokens => InputTokens is null && OutputTokens is null ? null : (InputTokens ?? 0) + (OutputTokens ?? 0);

    /// <summary>Whether no amount is negative, or too large to be added up.</summary>
    internal bool IsInRange => Usd is null or (>= 0 and <= MaxUsd) && IsCount(InputTokens) && IsCount(OutputTokens);

    /// <summary>What the event of a call or of its answer states about usage, cost and model; <see cref="Unknown"/> for other events.</summary>
    public static CallCost Of(RecordedEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        return recorded.Type is "llm.request" or "llm.response" or "llm.usage" or "tool.returned" or "call.returned" or "call.answered"
            ? Read(recorded.ToJsonElement())
            : Unknown;
    }

    internal static CallCost Read(JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object)
        {
            return Unknown;
        }

        // Values next to the response take precedence over the provider's values in it.
        List<JsonElement> places = [data];
        if (data.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
        {
            places.Add(usage);
            places.AddRange(DetailNames.Select(n => usage.TryGetProperty(n, out var d) ? d : default).Where(d => d.ValueKind == JsonValueKind.Object));
        }

        return new CallCost(Price(places), Count(places, InputNames), Count(places, OutputNames))
        {
            CachedTokens = Count(places, CachedNames),
            ReasoningTokens = Count(places, ReasoningNames),
            Model = Text(data, ModelNames),
            Provider = Text(data, ProviderNames),
        };
    }

    private static bool IsCount(long? tokens) => tokens is null or (>= 0 and <= MaxTokens);

    private static decimal? Price(List<JsonElement> places)
    {
        foreach (var place in places)
        {
            if (place.TryGetProperty("cost_usd", out var cost)
                && cost.ValueKind == JsonValueKind.Number && cost.TryGetDecimal(out var usd) && usd is >= 0 and <= MaxUsd)
            {
                return usd;
            }
        }

        return null;
    }

    private static long? Count(List<JsonElement> places, string[] names)
    {
        foreach (var place in places)
        {
            foreach (var name in names)
            {
                if (place.TryGetProperty(name, out var value)
                    && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var tokens) && tokens is >= 0 and <= MaxTokens)
                {
                    return tokens;
                }
            }
        }

        return null;
    }

    private static string? Text(JsonElement data, string[] names)
    {
        foreach (var name in names)
        {
            if (data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
            {
                return value.GetString();
            }
        }

        return null;
    }
}
