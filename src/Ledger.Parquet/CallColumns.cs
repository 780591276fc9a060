using System.Text;
using System.Text.Json;

namespace Ledger.Parquet;

/// <summary>The table of calls.</summary>
internal static class CallColumns
{
    public static IReadOnlyList<Func<ParquetColumn<CallRow>>> All { get; } =
    [
        Columns.Text<CallRow>("stream", row => row.Known.Stream.Value),
        Columns.Text<CallRow>("kind", row => row.Kind),
        Columns.Text<CallRow>("name", NameOf),
        Columns.Text<CallRow>("status", row => row.Status),
        Columns.Text<CallRow>("request_id", row => row.Request?.Id.ToString()),
        Columns.Text<CallRow>("answer_id", row => row.Answer?.Id.ToString()),
        Columns.Text<CallRow>("call_id", row => row.Request?.Metadata.CallId ?? row.Answer?.Metadata.CallId),
        Columns.Time<CallRow>("requested_at", row => TimeOf(row.Request)),
        Columns.Time<CallRow>("answered_at", row => TimeOf(row.Answer)),
        Columns.Number<CallRow>("seconds", SecondsOf),
        Columns.Number<CallRow>("cost_usd", row => (double?)row.Cost.Usd),
        Columns.Whole<CallRow>("input_tokens", row => row.Cost.InputTokens),
        Columns.Whole<CallRow>("output_tokens", row => row.Cost.OutputTokens),
        Columns.Whole<CallRow>("cached_tokens", row => row.Cost.CachedTokens),
        Columns.Whole<CallRow>("reasoning_tokens", row => row.Cost.ReasoningTokens),
        Columns.Text<CallRow>("request", row => JsonOf(row.Request)),
        Columns.Text<CallRow>("answer", row => JsonOf(row.Answer)),
        Columns.Text<CallRow>("error", ErrorOf),
    ];

    private static string? NameOf(CallRow row) => row.Kind switch
    {
        "llm" => row.Cost.Model ?? (row.Request?.Data as LlmRequest)?.Model,
        "tool" => (row.Request?.Data as ToolCalled)?.Tool,
        _ => row.Kind,
    };

    private static DateTimeOffset? TimeOf(RecordedEvent? recorded) => recorded?.Metadata.OccurredAt ?? recorded?.Timestamp;

    // What the end of a call states, as in the view 'llm_calls'. Times of two clocks, that of the log and that of the program, tell nothing about a duration, nor do those of an import.
    private static double? SecondsOf(CallRow row) => row is { Request: { } request, Answer: { } answer }
        ? (request.Metadata, answer.Metadata) switch
        {
            (_, { Headers: var headers }) when headers.TryGetValue("call_ms", out var stated) && stated.ValueKind == JsonValueKind.Number && stated.TryGetInt64(out var milliseconds) => milliseconds / 1000.0,
            ({ OccurredAt: { } from }, { OccurredAt: { } to }) => (to - from).TotalSeconds,
            ({ OccurredAt: null, ForeignId: null }, { OccurredAt: null, ForeignId: null }) => (answer.Timestamp - request.Timestamp).TotalSeconds,
            _ => null,
        }
        : null;

    private static string? ErrorOf(CallRow row) => row.Status == "failed" && row.Answer?.ToJsonElement() is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("error", out var error)
        ? error.ValueKind == JsonValueKind.String ? error.GetString() : error.GetRawText()
        : null;

    private static string? JsonOf(RecordedEvent? recorded) => recorded is null ? null : Encoding.UTF8.GetString(recorded.Json.Span);
}
