using System.Text.Json;
using Ledger.Json;

namespace Ledger.Runs;

/// <summary>The response of a call, to be recorded.</summary>
/// <param name="Content">The response: JSON.</param>
public sealed record CallResponse(JsonElement Content)
{
    /// <summary>What the call cost, in US dollars; null where that is not known.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>The number of tokens of the request; null where there are none.</summary>
    public long? InputTokens { get; init; }

    /// <summary>The number of tokens of the response; null where there are none.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>Whether the tool ended the turn of its agent; recorded with the result, so that it ends the turn again.</summary>
    internal bool Terminates { get; init; }

    /// <summary>A response that is plain text, of any content and length.</summary>
    public static CallResponse OfText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new CallResponse(JsonText.ToElementAsItIs(text));
    }
}
