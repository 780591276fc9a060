using System.Text.Json;
using Ledger.Json;
using Ledger.Runs;

namespace Ledger.Explorer.Chat;

/// <summary>Turns the events of calls into what was said. Not safe for concurrent use.</summary>
/// <remarks>
/// Agents send the whole conversation with each request: messages that an earlier request had, and the answer to it, are counted and not shown again. Several
/// agents may talk in turns: of the last conversations, a request goes on with the one that it shares most with.
/// </remarks>
internal sealed class Conversation
{
    // A page that begins late in a run has the whole conversation in its first request.
    private const int MostMessages = 30;
    private const int MostTalks = 8;

    private static readonly string[] Contents = ["text", "content", "contents", "choices", "messages", "output", "response", "result"];

    private readonly List<Talk> _talks = [];
    private readonly Dictionary<Guid, RecordedEvent> _begun = [];

    /// <summary>The types of events that have a turn.</summary>
    public static IReadOnlyList<string> Types { get; } =
        ["llm.request", "llm.response", "tool.called", "tool.returned", "call.requested", "call.returned", "call.failed", "call.answered", "run.completed", "run.failed"];

    public ChatTurn Take(RecordedEvent recorded)
    {
        var data = recorded.ToJsonElement();
        if (recorded.Type is "llm.request" or "tool.called" or "call.requested")
        {
            _begun[recorded.Id] = recorded;
        }

        switch (recorded.Type)
        {
            case "llm.request":
                return Request(recorded, data);
            case "llm.response":
                Answered(recorded);
                return Answer(recorded, data, ErrorOf(data) is not null && !HasContent(data) ? [] : ChatForm.Response(data));
            case "tool.called" or "call.requested":
                return new ChatTurn(recorded, [ChatForm.ToolCall(data)], 0);
            case "tool.returned" or "call.returned":
                return Answer(recorded, data, ErrorOf(data) is not null && !HasContent(data) ? [] : [ChatForm.ToolResult(data)]);
            case "call.answered":
                var kind = data.ValueKind == JsonValueKind.Object && data.TryGetProperty("kind", out var stated) && stated.ValueKind == JsonValueKind.String ? stated.GetString() : null;
                return new ChatTurn(
                    recorded, [new ChatMessage(kind == "llm" ? "assistant" : "tool", [ChatPart.Of("Answered from the log: nothing was called.")])], 0);
            case "run.completed":
                var result = data.ValueKind == JsonValueKind.Object && data.TryGetProperty("result", out var given) ? given : default;
                return new ChatTurn(
                    recorded,
                    [new ChatMessage("completed", [result.ValueKind == JsonValueKind.Undefined ? ChatPart.Of("The run is completed.") : new ChatPart(ChatPartKind.Data, "result", null, result)])],
                    0);
            default:
                return new ChatTurn(recorded, [], 0) { Error = ErrorOf(data) ?? "It failed." };
        }
    }

    private ChatTurn Answer(RecordedEvent recorded, JsonElement data, IReadOnlyList<ChatMessage> messages) => new(recorded, messages, 0)
    {
        Cost = CallCost.Of(recorded),
        Error = ErrorOf(data),
        Took = recorded.Metadata.Headers.TryGetValue("call_ms", out var took) && took.ValueKind == JsonValueKind.Number
            && took.TryGetInt64(out var milliseconds) && milliseconds is >= 0 and < int.MaxValue ? TimeSpan.FromMilliseconds(milliseconds) : TookOf(recorded),
    };

    // By the clock that both events have.
    private TimeSpan? TookOf(RecordedEvent answer)
    {
        foreach (var cause in answer.Metadata.Causes)
        {
            if (_begun.Remove(cause, out var begun))
            {
                var took = begun.Metadata.OccurredAt is { } from && answer.Metadata.OccurredAt is { } to ? to - from : answer.Timestamp - begun.Timestamp;
                return took > TimeSpan.Zero ? took : null;
            }
        }

        return null;
    }

    private ChatTurn Request(RecordedEvent recorded, JsonElement data)
    {
        var messages = ChatForm.Request(data);
        List<string> sent = [.. messages.Select(KeyOf)];
        var talk = _talks.Count == 0 ? null : _talks.MaxBy(known => SharedBy(known.Sent, sent));
        var same = talk is null ? 0 : SharedBy(talk.Sent, sent);
        var goesOn = talk is not null && same == talk.Sent.Count;

        // Its answer was shown with its own event.
        if (goesOn && talk!.IsAnswered && same > 0 && same < messages.Count && messages[same].Role == "assistant")
        {
            same++;
        }

        if (goesOn)
        {
            _talks.Remove(talk!);
        }

        _talks.Insert(0, new Talk(recorded.Id, sent));
        _talks.RemoveRange(Math.Min(_talks.Count, MostTalks), Math.Max(0, _talks.Count - MostTalks));

        // The same request once more is shown by its last message.
        same = Math.Max(same == messages.Count ? same - 1 : same, messages.Count - MostMessages);
        same = Math.Max(0, same);
        return new ChatTurn(recorded, [.. messages.Skip(same)], same) { Cost = CallCost.Of(recorded) };
    }

    private void Answered(RecordedEvent recorded)
    {
        if (_talks.Find(talk => recorded.Metadata.Causes.Contains(talk.Request)) is { } asked)
        {
            asked.IsAnswered = true;
        }
        else if (_talks.Count > 0)
        {
            _talks[0].IsAnswered = true;
        }
    }

    private static int SharedBy(List<string> known, List<string> sent)
    {
        var same = 0;
        while (same < sent.Count && same < known.Count && sent[same] == known[same])
        {
            same++;
        }

        return same;
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

    private sealed class Talk(Guid request, List<string> sent)
    {
        /// <summary>The event of the last request.</summary>
        public Guid Request { get; } = request;

        /// <summary>What it had.</summary>
        public List<string> Sent { get; } = sent;

        public bool IsAnswered { get; set; }
    }
}
