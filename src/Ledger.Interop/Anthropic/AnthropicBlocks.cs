using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;

namespace Ledger.Interop.Anthropic;

/// <summary>Makes events of messages in the form of Anthropic's API: content as text or blocks.</summary>
internal static class AnthropicBlocks
{
    /// <summary>Adds what an assistant's message says: an answer and its calls of tools.</summary>
    /// <param name="conversation">Where to.</param>
    /// <param name="place">The message's id and time.</param>
    /// <param name="message">The message.</param>
    /// <param name="more">What else the events have; its members are not shared with others.</param>
    /// <param name="isPartOf">The answer that the message belongs to, because the tool wrote each block as a message of its own; null if it is one of its own.</param>
    /// <param name="extras">Counts what has no place.</param>
    public static void Answer(Conversation conversation, Place place, Fields message, JsonObject more, string? isPartOf, Extras extras)
    {
        var content = message.Any("content");
        List<JsonElement> blocks = content.ValueKind == JsonValueKind.Array ? [.. content.EnumerateArray()] : [];
        List<JsonElement> calls = [.. blocks.Where(IsCall)];
        List<JsonElement> thoughts = [.. blocks.Where(IsThought)];
        List<JsonElement> said = [.. blocks.Where(b => !IsCall(b) && !IsThought(b))];
        AddNotEmpty(more, "thinking_blocks", thoughts);
        var rest = ListOf(said);
        if (content.ValueKind is not (JsonValueKind.Array or JsonValueKind.String or JsonValueKind.Null or JsonValueKind.Undefined))
        {
            more["content"] = content.ToNode();
        }
        else if (Content.PartsOf(rest) is { } parts)
        {
            more["content"] = parts;
        }

        var text = content.ValueKind == JsonValueKind.String ? RecordedJson.TextOf(content) : Content.TextOf(rest);
        foreach (var (name, value) in Members(message, "stop_reason", "stop_sequence", "usage"))
        {
            more.TryAdd(name, value);
        }

        Add(more, "message_id", message.Text("id"));
        message.Skip("type", "role");
        var model = message.Text("model");
        AddExtra(more, message.Rest(extras, "message."));
        if (isPartOf is null || text is not null || thoughts.Count > 0 || more.ContainsKey("content") || calls.Count == 0)
        {
            conversation.Answer(place, new RecordedAnswer(text, model, More: more));
            isPartOf ??= place.Id;
            more = [];
        }

        for (var i = 0; i < calls.Count; i++)
        {
            AddCall(conversation, place.Of("call", i) with { Causes = [isPartOf] }, new Fields(calls[i]), more, extras);
            more = [];
        }
    }

    /// <summary>Adds what a user's message says: results of tools, and whatever else it has as one message to the model.</summary>
    /// <param name="conversation">Where to.</param>
    /// <param name="place">The message's id and time.</param>
    /// <param name="message">The message.</param>
    /// <param name="more">What else the first of the events has.</param>
    /// <param name="extras">Counts what has no place.</param>
    public static void Tell(Conversation conversation, Place place, Fields message, JsonObject more, Extras extras)
    {
        var content = message.Any("content");
        var role = message.Text("role") ?? "user";
        List<JsonElement> blocks = content.ValueKind == JsonValueKind.Array ? [.. content.EnumerateArray()] : [];
        List<JsonElement> results = [.. blocks.Where(IsResult)];
        var told = new JsonObject { ["role"] = role };
        var rest = results.Count == 0 ? content : ListOf([.. blocks.Where(b => !IsResult(b))]);
        AddExtra(told, message.Rest(extras, "message."));
        for (var i = 0; i < results.Count; i++)
        {
            AddResult(conversation, place.Of("result", i), new Fields(results[i]), more, extras);
            more = [];
        }

        if (results.Count == 0 || RecordedJson.SaysSomething(rest) || told.Count > 1)
        {
            told["content"] = rest.ToNode();
            conversation.Tell(results.Count == 0 ? place : place.Of("told") with { Causes = null }, told, more);
        }
    }

    private static void AddCall(Conversation conversation, Place place, Fields call, JsonObject more, Extras extras)
    {
        var (tool, arguments, id) = (call.Text("name"), call.Any("input"), call.Text("id"));
        if (call.Text("type") is { } type and not "tool_use")
        {
            more["kind"] = type;
        }

        AddExtra(more, call.Rest(extras, "tool_use."));
        conversation.Call(place, tool, arguments, id, more);
    }

    private static void AddResult(Conversation conversation, Place place, Fields result, JsonObject more, Extras extras)
    {
        var (id, content) = (result.Text("tool_use_id"), result.Any("content"));
        if (result.Flag("is_error") == true)
        {
            more["error"] = Content.TextOf(content) ?? "error";
        }

        if (result.Text("type") is { } type and not "tool_result")
        {
            more["kind"] = type;
        }

        AddExtra(more, result.Rest(extras, "tool_result."));
        conversation.Return(place, id, content, more);
    }

    /// <summary>Puts the members without a place under <c>extra</c>.</summary>
    public static void AddExtra(JsonObject more, JsonObject? extra)
    {
        if (extra is null)
        {
            return;
        }

        if (more["extra"] is JsonObject present)
        {
            foreach (var (name, value) in extra)
            {
                present[name] = value?.DeepClone();
            }
        }
        else
        {
            more["extra"] = extra;
        }
    }

    private static bool IsCall(JsonElement block) => block.Text("type") is "tool_use" or "server_tool_use" or "mcp_tool_use";

    private static bool IsThought(JsonElement block) => block.Text("type") is "thinking" or "redacted_thinking";

    private static bool IsResult(JsonElement block) => block.Text("type") is { } type && type.EndsWith("tool_result", StringComparison.Ordinal);

    private static IEnumerable<(string Name, JsonNode Value)> Members(Fields message, params string[] names)
    {
        foreach (var name in names)
        {
            if (RecordedJson.SaysSomething(message.Json.Member(name)))
            {
                yield return (name, message.Any(name).ToNode()!);
            }
        }
    }

    private static void Add(JsonObject more, string name, string? value)
    {
        if (value is not null)
        {
            more[name] = value;
        }
    }

    private static void AddNotEmpty(JsonObject more, string name, List<JsonElement> items)
    {
        if (items.Count > 0)
        {
            more[name] = new JsonArray([.. items.Select(i => i.ToNode())]);
        }
    }

    private static JsonElement ListOf(List<JsonElement> items) =>
        RecordedJson.ToElement(new JsonArray([.. items.Select(i => i.ToNode())]));
}
