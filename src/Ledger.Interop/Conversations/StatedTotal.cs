using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.Conversations;

/// <summary>What a recording states that all of its answers cost together.</summary>
/// <param name="CostUsd">The price.</param>
/// <param name="InputTokens">The tokens of the requests.</param>
/// <param name="OutputTokens">The tokens of the answers.</param>
internal readonly record struct StatedTotal(decimal? CostUsd, long? InputTokens, long? OutputTokens)
{
    /// <summary>Reads the members of an object that hold the totals.</summary>
    public static StatedTotal Of(JsonElement json, string cost, string input, string output)
    {
        var fields = new Fields(json);
        return new StatedTotal(fields.Price(cost), fields.Count(input), fields.Count(output));
    }

    /// <summary>Adds those that no answer states itself, under the names that are added up.</summary>
    public void AddTo(JsonObject data, bool hasCost, bool hasUsage)
    {
        if (!hasCost && CostUsd is > 0)
        {
            data["cost_usd"] = CostUsd;
        }

        if (!hasUsage && (InputTokens > 0 || OutputTokens > 0))
        {
            data["usage"] = new JsonObject { ["input_tokens"] = InputTokens ?? 0, ["output_tokens"] = OutputTokens ?? 0 };
        }
    }
}
