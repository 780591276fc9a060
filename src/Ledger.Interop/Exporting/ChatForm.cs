using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;

namespace Ledger.Interop.Exporting;

/// <summary>Messages in the form of Chat Completions, made of the forms in which they are recorded.</summary>
internal static class ChatForm
{
    /// <summary>A recorded message; one with several results of tools is several.</summary>
    public static IEnumerable<JsonObject> Of(JsonElement message)
    {
        if (message.Member("contents").ValueKind == JsonValueKind.Array)
        {
            return OfContents(message);
        }

        var role = message.Text("role") ?? "user";
        var told = new JsonObject { ["role"] = role, ["content"] = ContentOf(message.Member("content")) };
        foreach (var name in new[] { "name", "tool_calls", "tool_call_id" })
        {
            if (RecordedJson.SaysSomething(message.Member(name)))
            {
                told[name] = message.Member(name).ToNode();
            }
        }

        return [told];
    }

    /// <summary>The content of a message: text, or parts of which images have the form of Chat Completions.</summary>
    public static JsonNode? ContentOf(JsonElement content) => content.ValueKind == JsonValueKind.Array
        ? new JsonArray([.. content.EnumerateArray().Select(PartOf)])
        : content.ToNode();

    /// <summary>A result as content: text, or else its JSON as text.</summary>
    public static JsonNode? ResultOf(JsonElement result) => result.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => "",
        JsonValueKind.String => RecordedJson.TextOf(result),
        JsonValueKind.Array when result.EnumerateArray().All(p => p.Text("type") is not null) => ContentOf(result),
        _ => RecordedJson.ToElement(result.ToNode()).GetRawText(),
    };

    /// <summary>The text of a message, by which a repeated one is known.</summary>
    public static string TextOf(JsonObject message) => Content.TextOf(RecordedJson.ToElement(message["content"])) ?? "";

    // The form of Microsoft.Extensions.AI.
    private static IEnumerable<JsonObject> OfContents(JsonElement message)
    {
        var role = message.Text("role") ?? "user";
        var parts = new JsonArray();
        var calls = new JsonArray();
        foreach (var part in message.Items("contents"))
        {
            switch (part.Text("$type"))
            {
                case "text":
                    parts.AddNode(new JsonObject { ["type"] = "text", ["text"] = part.Text("text") });
                    break;
                case "functionCall":
                    calls.AddNode(CallOf(part.Text("callId"), part.Text("name"), part.Member("arguments")));
                    break;
                case "functionResult":
                    yield return new JsonObject { ["role"] = "tool", ["tool_call_id"] = part.Text("callId"), ["content"] = ResultOf(part.Member("result")) };
                    break;
                default:
                    parts.AddNode(part.ToNode());
                    break;
            }
        }

        if (parts.Count == 0 && calls.Count == 0)
        {
            yield break;
        }

        var isText = parts.All(p => p?["type"]?.ToString() == "text");
        var told = new JsonObject { ["role"] = role };
        told["content"] = isText ? string.Concat(parts.Select(p => p!["text"]?.ToString())) : parts;
        if (calls.Count > 0)
        {
            told["tool_calls"] = calls;
        }

        yield return told;
    }

    /// <summary>A call of a function.</summary>
    public static JsonObject CallOf(string? id, string? name, JsonElement arguments) => new()
    {
        ["id"] = id,
        ["type"] = "function",
        ["function"] = new JsonObject
        {
            ["name"] = name ?? "",
            ["arguments"] = arguments.ValueKind switch
            {
                JsonValueKind.Undefined or JsonValueKind.Null => "{}",
                JsonValueKind.String => RecordedJson.TextOf(arguments),
                _ => RecordedJson.ToElement(arguments.ToNode()).GetRawText(),
            },
        },
    };

    private static JsonNode? PartOf(JsonElement part)
    {
        var source = part.Member("source");
        return (part.Text("type"), source.Text("type")) switch
        {
            ("input_text" or "output_text", _) when part.Text("text") is { } text => new JsonObject { ["type"] = "text", ["text"] = text },
            ("image", "base64") => ImageOf($"data:{source.Text("media_type")};base64,{source.Text("data")}"),
            ("image", "url") => ImageOf(source.Text("url")),
            ("input_image", _) when part.Text("image_url") is { } url => ImageOf(url),
            _ => part.ToNode(),
        };
    }

    private static JsonObject ImageOf(string? url) => new() { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = url } };
}
