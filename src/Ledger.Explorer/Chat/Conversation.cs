using System.Text.Json;
using Ledger.Json;
using Ledger.Runs;

namespace Ledger.Explorer.Chat;

/// <summary>Turns the events of calls into what was said. Not safe for concurrent use.</summary>
/// <remarks>Agents send the whole conversation with each request: messages that the request before had, and the answer to it, are counted and not shown again.</remarks>
internal sealed class Conversation
{
    // A page that begins late in a run has the whole conversation in its first request.
    private const int MostMessages = 30;

    private static readonly string[] Contents = ["text", "content", "contents", "choices", "messages", "output", "response", "result"];

    private List<string> _sent = [];
    private bool _isAnswered;

    /// <summary>The types of events that have a turn.</summary>
    public static IReadOnlyList<string> Types { get; } =
        ["llm.request", "llm.response", "tool.called", "tool.returned", "call.requested", "call.returned", "call.failed"];

    public ChatTurn Take(RecordedEvent recorded)
    {
        var data = recorded.ToJsonElement();
        switch (recorded.Type)
        {
            case "llm.request":
                return Request(recorded, data);
            case "llm.response":
                _isAnswered = true;
                return Answer(recorded, data, ErrorOf(data) is not null && !HasContent(data) ? [] : ChatForm.Response(data));
            case "tool.called" or "call.requested":
                return new ChatTurn(recorded, [ChatForm.ToolCall(data)], 0);
            case "tool.returned" or "call.returned":
                return Answer(recorded, data, ErrorOf(data) is not null && !HasContent(data) ? [] : [ChatForm.ToolResult(data)]);
            default:
                return new ChatTurn(recorded, [], 0) { Error = ErrorOf(data) ?? "It failed." };
        }
    }

    private static ChatTurn Answer(RecordedEvent recorded, JsonElement data, IReadOnlyList<ChatMessage> messages) => new(recorded, messages, 0)
    {
        Cost = CallCost.Of(recorded),
        Error = ErrorOf(data),
        Took = recorded.Metadata.Headers.TryGetValue("call_ms", out var took) && took.ValueKind == JsonValueKind.Number
            && took.TryGetInt64(out var milliseconds) && milliseconds is >= 0 and < int.MaxValue ? TimeSpan.FromMilliseconds(milliseconds) : null,
    };

    private ChatTurn Request(RecordedEvent recorded, JsonElement data)
    {
        var messages = ChatForm.Request(data);
        List<string> sent = [.. messages.Select(KeyOf)];
        var same = 0;
        while (same < sent.Count && same < _sent.Count && sent[same] == _sent[same])
        {
            same++;
        }

        // Its answer was shown with its own event.
        if (_isAnswered && same > 0 && same == _sent.Count && same < messages.Count && messages[same].Role == "assistant")
        {
            same++;
        }

        // The same request once more is shown by its last message.
        same = Math.Max(same == messages.Count ? same - 1 : same, messages.Count - MostMessages);
        same = Math.Max(0, same);
        (_sent, _isAnswered) = (sent, false);
        return new ChatTurn(recorded, [.. messages.Skip(same)], same) { Cost = CallCost.Of(recorded) };
    }

    private static string KeyOf(ChatMessage message) => string.Join('\n', message.Parts.Select(part =>
        $"{message.Role} {part.Kind} {part.Title} {part.Text} {(part.Json.ValueKind == JsonValueKind.Undefined ? "" : CanonicalJson.ToText(part.Json))}"));

    private static bool HasContent(JsonElement data) =>
        Contents.Any(name => data.TryGetProperty(name, out _));

    private static string? ErrorOf(JsonElement data) =>
        data.ValueKind != JsonValueKind.Object || !data.TryGetProperty("error", out var error) ? null : error.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => error.GetString(),
            JsonValueKind.Object when error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String => message.GetString(),
            _ => error.GetRawText(),
        };
}
