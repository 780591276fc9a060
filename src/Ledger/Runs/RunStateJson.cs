using System.Text.Json;

namespace Ledger.Runs;

/// <summary>Reads states as <see cref="RunStateContext"/> writes them.</summary>
/// <remarks>By hand, because the generated reading makes a type for each type of a member, which takes a short program longer than all that it asks.</remarks>
internal static class RunStateJson
{
    /// <summary>The state that a text is.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static RunState Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var state = document.RootElement;
        return new RunState
        {
            Version = Number(state, "version"),
            StartedAt = Time(state, "started_at"),
            UpdatedAt = Time(state, "updated_at"),
            OccurredFrom = TimeIfAny(state, "occurred_from"),
            OccurredUntil = TimeIfAny(state, "occurred_until"),
            PrefixLength = Number(state, "prefix_length"),
            Prefix = Find(state, "prefix") is { } prefix ? ReadTotals(prefix) : null,
            Own = Find(state, "own") is { } own ? ReadTotals(own) : RunningTotals.None,
            Outcome = (RunStatus)Number(state, "outcome"),
            IsStated = Flag(state, "is_stated"),
            Error = Text(state, "error"),
            Title = Text(state, "title"),
            Question = Text(state, "question"),
            IsNamed = Flag(state, "is_named"),
            Model = Text(state, "model"),
            Labels = Each(state, "labels", label => label.GetString()!),
            ModelCalls = Number(state, "model_calls"),
            ToolCalls = Number(state, "tool_calls"),
            WaitsForBudget = Flag(state, "waits_for_budget"),
            Open = Each(state, "open", ReadOpen),
            Asked = Each(state, "asked", ReadAsked),
        };
    }

    /// <summary>The totals that a text is.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static RunningTotals ReadTotals(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return ReadTotals(document.RootElement);
    }

    private static RunningTotals ReadTotals(JsonElement totals) => new(
        Find(totals, "sum") is { } sum
            ? new CallTotals(
                Number(sum, "calls"),
                Number(sum, "failed"),
                Number(sum, "answered"),
                Amount(sum, "cost_usd"),
                Amount(sum, "saved_usd"),
                Number(sum, "tokens"),
                Number(sum, "saved_tokens"))
            : CallTotals.None,
        Find(totals, "ended") is { } ended ? new RecordingTotals(Text(ended, "stream")!, Amount(ended, "usd"), Number(ended, "tokens")) : null);

    private static BegunCall ReadOpen(JsonElement open)
    {
        var call = Find(open, "call") ?? default;
        return new BegunCall(
            new OpenCall(Id(call, "request_id"), Text(call, "kind")!, Text(call, "owner"), Time(call, "since"), Flag(call, "is_unknown")),
            Text(open, "occurrence")!)
        {
            IsReserved = Flag(open, "is_reserved"),
            IsRepeated = Flag(open, "is_repeated"),
        };
    }

    private static AskedApproval ReadAsked(JsonElement asked) => new(
        Id(asked, "id"),
        Text(asked, "kind")!,
        Text(asked, "request_hash")!,
        TimeIfAny(asked, "expires_at"));

    // A member that is missing has the default of its type, and is not written otherwise.
    private static JsonElement? Find(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    private static string? Text(JsonElement item, string name) => Find(item, name)?.GetString();

    private static long Number(JsonElement item, string name) => Find(item, name)?.GetInt64() ?? 0;

    private static decimal Amount(JsonElement item, string name) => Find(item, name)?.GetDecimal() ?? 0;

    private static bool Flag(JsonElement item, string name) => Find(item, name)?.GetBoolean() ?? false;

    private static Guid Id(JsonElement item, string name) => Find(item, name)?.GetGuid() ?? default;

    private static DateTimeOffset Time(JsonElement item, string name) => TimeIfAny(item, name) ?? default;

    private static DateTimeOffset? TimeIfAny(JsonElement item, string name) => Find(item, name)?.GetDateTimeOffset();

    private static List<T> Each<T>(JsonElement item, string name, Func<JsonElement, T> read)
    {
        var all = new List<T>();
        if (Find(item, name) is { } array)
        {
            foreach (var one in array.EnumerateArray())
            {
                all.Add(read(one));
            }
        }

        return all;
    }
}
