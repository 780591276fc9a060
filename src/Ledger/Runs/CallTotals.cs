using System.Text.Json;
using Ledger.Log;

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

    internal CallTotals Plus(CallTotals other) => new(
        Calls + other.Calls,
        Failed + other.Failed,
        Answered + other.Answered,
        CostUsd + other.CostUsd,
        SavedUsd + other.SavedUsd,
        Tokens + other.Tokens,
        SavedTokens + other.SavedTokens);

    /// <summary>What one event adds: that of a call which ended, or that was answered from the log, or that states what earlier ones cost.</summary>
    internal static CallTotals Of(RecordedEvent recorded) => recorded.Type switch
    {
        "call.failed" => OneFailed,
        "llm.response" or "tool.returned" or "call.returned" or "call.answered" => Of(recorded, recorded.ToJsonElement()),
        // Of an answer that an earlier event has: a recording that is written while a model answers states it afterwards.
        "llm.usage" or RecordingEnd.EventType => OfUsage(CallCost.Read(recorded.ToJsonElement())),
        _ => None,
    };

    /// <summary>The same for a response or an answer from the log whose data were read already.</summary>
    internal static CallTotals Of(RecordedEvent recorded, JsonElement data) =>
        CallEventForm.HasFailed(recorded, data) ? OneFailed : Of(recorded, CallCost.Read(data));

    /// <summary>The same for one that has not failed.</summary>
    internal static CallTotals Of(RecordedEvent recorded, CallCost cost)
    {
        var (usd, tokens) = (cost.Usd ?? 0, cost.Tokens ?? 0);
        return recorded.Type == "call.answered" ? new CallTotals(0, 0, 1, 0, usd, 0, tokens) : new CallTotals(1, 0, 0, usd, 0, tokens, 0);
    }

    internal static CallTotals OneFailed { get; } = new(1, 1, 0, 0, 0, 0, 0);

    private static CallTotals OfUsage(CallCost cost) => new(0, 0, 0, cost.Usd ?? 0, 0, cost.Tokens ?? 0, 0);
}
