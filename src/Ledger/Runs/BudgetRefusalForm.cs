using System.Text.Json;
using Ledger.Json;

namespace Ledger.Runs;

/// <summary>Which call a budget refused, and on what numbers: members of <c>budget.exhausted</c>, from which a replay refuses the call again.</summary>
internal static class BudgetRefusalForm
{
    private const string Kind = "kind";
    private const string Hash = "request_hash";
    private const string Stream = "stream";
    private const string Joined = "budget";

    public static Dictionary<string, JsonElement> Of(BudgetExceededException refused, JsonElement request)
    {
        var form = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
        {
            [Kind] = JsonText.ToElement(refused.Kind),
            [Hash] = JsonText.ToElement(CallKey.Of(refused.Kind, CallEventForm.StoredForm(refused.Kind, request)).RequestHash),
            [Stream] = JsonText.ToElement(refused.Stream.Value),
            ["asked"] = ToElement(refused.Asked),
            ["limit"] = ToElement(refused.Budget.Limit),
            ["spent"] = ToElement(refused.Budget.Spent),
            ["reserved"] = ToElement(refused.Budget.Reserved),
        };
        if (refused.Joined is { } joined)
        {
            form.Add(Joined, JsonText.ToElement(joined.Value));
        }

        return form;
    }

    /// <summary>The call that was refused; null for an event that does not name one.</summary>
    public static CallKey? KeyOf(RecordedEvent recorded) =>
        recorded.Type == "budget.exhausted"
        && recorded.ToJsonElement() is { ValueKind: JsonValueKind.Object } data
        && Text(data, Kind) is { } kind && Text(data, Hash) is { } hash
            ? new CallKey(kind, hash)
            : null;

    /// <summary>The exception that its caller got.</summary>
    public static BudgetExceededException Read(RecordedEvent recorded)
    {
        var data = recorded.ToJsonElement();
        var asked = AmountOf(data, "asked");
        var budget = new RunBudget(AmountOf(data, "limit"), AmountOf(data, "spent"), AmountOf(data, "reserved"));
        return new BudgetExceededException(
            Text(data, Stream) is { Length: > 0 } stream ? new StreamName(stream) : recorded.Stream,
            Text(data, Kind) ?? "",
            asked,
            budget,
            budget.LimitsAgainst(asked),
            Text(data, Joined) is { } joined ? BudgetStream.Parse(joined) : null);
    }

    public static JsonElement ToElement(BudgetAmount amount) => EventJson.ToElement(writer =>
    {
        writer.WriteStartObject();
        if (amount.Usd is { } usd)
        {
            writer.WriteNumber("usd", usd);
        }

        if (amount.Tokens is { } tokens)
        {
            writer.WriteNumber("tokens", tokens);
        }

        if (amount.Calls is { } calls)
        {
            writer.WriteNumber("calls", calls);
        }

        writer.WriteEndObject();
    });

    public static BudgetAmount AmountOf(JsonElement data, string name) =>
        data.TryGetProperty(name, out var amount) && amount.ValueKind == JsonValueKind.Object
            ? new BudgetAmount(
                Number(amount, "usd") is { } usd && usd.TryGetDecimal(out var price) ? price : null,
                Number(amount, "tokens") is { } tokens && tokens.TryGetInt64(out var number) ? number : null,
                Number(amount, "calls") is { } calls && calls.TryGetInt64(out var count) ? count : null)
            : new BudgetAmount();

    private static JsonElement? Number(JsonElement amount, string name) =>
        amount.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value : null;

    private static string? Text(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
