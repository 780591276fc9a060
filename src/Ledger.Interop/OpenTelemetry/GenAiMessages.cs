using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Exporting;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>Messages in the form of the GenAI conventions, and in that of Chat Completions, which events have.</summary>
/// <remarks>
/// The form is that of <c>gen-ai-input-messages.json</c> and <c>gen-ai-output-messages.json</c> in open-telemetry/semantic-conventions (1.37 and later):
/// a role and parts of the types <c>text</c>, <c>tool_call</c>, <c>tool_call_response</c>, <c>blob</c>, <c>uri</c>, <c>file</c>, <c>reasoning</c> and others.
/// Parts that Chat Completions has no form for stay as they are.
/// </remarks>
internal static class GenAiMessages
{
    /// <summary>The messages that a message becomes: its results of tools are one each.</summary>
    public static IEnumerable<JsonObject> ToChat(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            return [new JsonObject { ["role"] = "user", ["content"] = message.ToNode() }];
        }

        if (message.Member("parts").ValueKind != JsonValueKind.Array)
        {
            return [WithRole(message.ToNode()!.AsObject())];
        }

        var told = new JsonObject { ["role"] = message.Text("role") ?? "user", ["content"] = null };
        foreach (var member in message.EnumerateObject())
        {
            if (RecordedJson.NameOf(member) is var name and not ("role" or "parts" or "content"))
            {
                told[name] = member.Value.ToNode();
            }
        }

        var results = new List<JsonObject>();
        var content = new JsonArray();
        var calls = new JsonArray();
        foreach (var part in message.Items("parts"))
        {
            switch (part.Text("type"))
            {
                case "tool_call":
                    calls.AddNode(CallOf(part));
                    break;
                case "tool_call_response":
                    results.Add(ResultOf(part));
                    break;
                case "text" when part.Text("content") is { } text && part.EnumerateObject().Count() == 2:
                    content.AddNode(new JsonObject { ["type"] = "text", ["text"] = text });
                    break;
                default:
                    content.AddNode(part.ToNode());
                    break;
            }
        }

        told["content"] = content is [JsonObject { Count: 2 } only] && only["text"] is { } single ? single.DeepClone() : content.Count == 0 ? null : content;
        if (calls.Count > 0)
        {
            told["tool_calls"] = calls;
        }

        return results.Count > 0 && content.Count == 0 && calls.Count == 0 && told.Count == 2 ? results : [.. results, told];
    }

    /// <summary>A message in the form of the conventions.</summary>
    public static JsonObject OfChat(JsonElement message)
    {
        var parts = new JsonArray();
        var role = message.Text("role") ?? "user";
        var content = message.Member("content");
        if (role == "tool" && message.Member("tool_call_id").ValueKind != JsonValueKind.Undefined)
        {
            var result = new JsonObject { ["type"] = "tool_call_response", ["id"] = message.Text("tool_call_id"), ["response"] = content.ToNode() };
            return new JsonObject { ["role"] = role, ["parts"] = new JsonArray(WithOthers(result, message, "role", "content", "tool_call_id")) };
        }

        foreach (var part in PartsOf(content))
        {
            parts.AddNode(part);
        }

        foreach (var call in message.Items("tool_calls"))
        {
            var function = call.Member("function");
            var part = new JsonObject { ["type"] = "tool_call", ["id"] = call.Text("id"), ["name"] = function.Text("name") ?? "" };
            if (function.Member("arguments") is { ValueKind: not JsonValueKind.Undefined } arguments)
            {
                part["arguments"] = (arguments.ValueKind == JsonValueKind.String ? RecordedJson.Parsed(RecordedJson.TextOf(arguments)!) : arguments).ToNode();
            }

            parts.AddNode(WithOthers(part, call, "id", "type", "function"));
        }

        return WithOthers(new JsonObject { ["role"] = role, ["parts"] = parts }, message, "role", "content", "tool_calls", "tool_call_id");
    }

    /// <summary>Content as parts.</summary>
    public static IEnumerable<JsonNode?> PartsOf(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => [],
        JsonValueKind.Array => content.EnumerateArray().Select(part => part.Text("type") == "text" && part.Text("text") is { } text && part.EnumerateObject().Count() == 2 ? TextOf(text) : part.ToNode()),
        JsonValueKind.String => [TextOf(RecordedJson.TextOf(content)!)],
        _ => [TextOf(content.GetRawText())],
    };

    private static JsonObject TextOf(string text) => new() { ["type"] = "text", ["content"] = text };

    private static JsonObject CallOf(JsonElement part) =>
        WithOthers(ChatForm.CallOf(part.Text("id"), part.Text("name"), part.Member("arguments")), part, "type", "id", "name", "arguments");

    // Earlier versions of the conventions name the response 'result'.
    private static JsonObject ResultOf(JsonElement part)
    {
        var response = part.Member("response").ValueKind == JsonValueKind.Undefined ? part.Member("result") : part.Member("response");
        var result = new JsonObject { ["role"] = "tool", ["tool_call_id"] = part.Text("id"), ["content"] = response.ToNode() };
        return WithOthers(result, part, "type", "id", "response", "result");
    }

    private static JsonObject WithRole(JsonObject message)
    {
        if (message["role"]?.GetValueKind() != JsonValueKind.String)
        {
            message["role"] = "user";
        }

        return message;
    }

    private static JsonObject WithOthers(JsonObject to, JsonElement from, params ReadOnlySpan<string> known)
    {
        foreach (var member in from.EnumerateObject())
        {
            if (RecordedJson.NameOf(member) is var name && !known.Contains(name) && !to.ContainsKey(name))
            {
                to[name] = member.Value.ToNode();
            }
        }

        return to;
    }
}
