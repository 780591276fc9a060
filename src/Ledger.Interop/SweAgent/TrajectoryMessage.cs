using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.SweAgent;

/// <summary>A message of a recorded history.</summary>
internal readonly record struct TrajectoryMessage(JsonElement Json)
{
    // Members of an assistant's message, other than its text, that go into the event of its answer.
    private static readonly string[] OfAnswers = ["thinking_blocks", "reasoning_content", "reasoning", "refusal", "usage"];

    public string? Role => Json.Text("role");

    /// <summary>Whether the message is an answer of the model, and not part of an example shown to it.</summary>
    public bool IsAnswer => Role == "assistant" && Json.Member("is_demo").ValueKind != JsonValueKind.True;

    /// <summary>The text: the content, or its text parts.</summary>
    public string? Text => Json.Content();

    /// <summary>The tool calls, if any.</summary>
    public JsonElement ToolCalls => Json.Member("tool_calls") is { ValueKind: JsonValueKind.Array } calls && calls.GetArrayLength() > 0 ? calls : default;

    /// <summary>The content as JSON: text, or an array if some parts are not text.</summary>
    public JsonNode? Content
    {
        get
        {
            var content = Json.Member("content");
            return HasOtherParts(content) ? content.ToNode() : content.ValueKind == JsonValueKind.Array ? Text : content.ToNode();
        }
    }

    /// <summary>Whether it has content that is not text.</summary>
    public bool HasParts => HasOtherParts(Json.Member("content"));

    /// <summary>The message as written into a request.</summary>
    public JsonObject ToRequest(Extras extras)
    {
        extras.AddOthers(
            Json, "history.", "role", "content", "agent", "message_type", "tool_calls", "tool_call_id", "tool_call_ids", "name", "is_demo", "thought", "action");
        var message = new JsonObject { ["role"] = Role, ["content"] = Content };
        foreach (var name in (string[])["name", "tool_calls", "tool_call_id", "tool_call_ids", "is_demo", "thought", "action"])
        {
            if (RecordedJson.SaysSomething(Json.Member(name)))
            {
                message[name] = Json.Member(name).ToNode();
            }
        }

        return message;
    }

    /// <summary>The parts of a model's answer other than its text.</summary>
    public Dictionary<string, JsonElement> AnswerMore(Extras extras)
    {
        extras.AddOthers(
            Json, "history.", ["role", "content", "agent", "message_type", "thought", "action", "tool_calls", "is_demo", .. OfAnswers]);
        var more = new Dictionary<string, JsonElement>();
        if (HasParts)
        {
            more["content"] = Json.Member("content").Cleaned();
        }

        foreach (var name in OfAnswers.Where(Has))
        {
            more[name] = Json.Member(name).Cleaned();
        }

        var usage = Json.Member("usage");
        AddTokens(more, "input_tokens", usage.Member("prompt_tokens"), usage.Member("input_tokens"));
        AddTokens(more, "output_tokens", usage.Member("completion_tokens"), usage.Member("output_tokens"));
        return more;
    }

    private bool Has(string name) => RecordedJson.SaysSomething(Json.Member(name));

    private static void AddTokens(Dictionary<string, JsonElement> more, string name, params ReadOnlySpan<JsonElement> counts)
    {
        foreach (var count in counts)
        {
            if (count.ValueKind == JsonValueKind.Number)
            {
                more[name] = count;
                return;
            }
        }
    }

    private static bool HasOtherParts(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.Array => content.EnumerateArray().Any(part => part.Text("text") is null || part.Text("type") is not (null or "text")),
        JsonValueKind.Object => true,
        _ => false,
    };
}
