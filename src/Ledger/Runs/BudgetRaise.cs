using System.Text.Json;
using Ledger.Json;

namespace Ledger.Runs;

/// <summary>More of a budget, for which approval is asked: a request of the kind <c>budget</c>.</summary>
/// <param name="Budget">What the budget is of.</param>
/// <param name="More">By how much its limits are raised.</param>
internal sealed record BudgetRaise(StreamName Budget, BudgetAmount More)
{
    public const string Kind = "budget";

    private const string BudgetMember = "budget";
    private const string MoreMember = "more";

    /// <summary>What an approval raises; null if it is one of a call.</summary>
    public static BudgetRaise? Of(Approval approval) =>
        approval.Kind == Kind
        && approval.Request is { ValueKind: JsonValueKind.Object } request
        && request.TryGetProperty(BudgetMember, out var budget) && budget.ValueKind == JsonValueKind.String
        && BudgetStream.Parse(budget.GetString()!) is { } owner
            ? new BudgetRaise(owner, BudgetRefusalForm.AmountOf(request, MoreMember))
            : null;

    /// <summary>The request. A call that is made again asks in the same words, until the limit has changed.</summary>
    public static JsonElement RequestOf(BudgetExceededException exceeded, StreamName owner, CallKey call, BudgetAmount? step)
    {
        var (limit, asked) = (exceeded.Budget.Limit, exceeded.Asked);
        var isExceeded = exceeded.Limits.Select(text => text.Split('=')[0]).ToHashSet(StringComparer.Ordinal);
        var more = new BudgetAmount(
            isExceeded.Contains("max_usd") ? step?.Usd ?? (limit.Usd > 0 ? limit.Usd : asked.Usd ?? 1) : null,
            isExceeded.Contains("max_tokens") ? step?.Tokens ?? (limit.Tokens > 0 ? limit.Tokens : asked.Tokens ?? 1) : null,
            isExceeded.Contains("max_calls") ? step?.Calls ?? (limit.Calls > 0 ? limit.Calls : 1) : null);
        return EventJson.ToElement(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString(BudgetMember, owner.Value);
            writer.WritePropertyName(MoreMember);
            BudgetRefusalForm.ToElement(more).WriteTo(writer);
            writer.WritePropertyName("limit");
            BudgetRefusalForm.ToElement(limit).WriteTo(writer);
            writer.WriteStartObject("call");
            writer.WriteString("kind", call.Kind);
            writer.WriteString("request_hash", call.RequestHash);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }
}
