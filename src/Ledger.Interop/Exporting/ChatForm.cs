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
        foreach (var name in new[] { "name", "tool_calls", "tool_call_id", "refusal", "reasoning_content" })
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
        var thoughts = new List<string>();
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
                case "reasoning" when part.Text("text") is { Length: > 0 } thought:
                    thoughts.Add(thought);
                    break;
                case "data" or "uri" when IsImage(part):
                    parts.AddNode(ImageOf(part.Text("uri")));
                    break;
                case "usage":
                    // The event of the answer has it.
                    break;
                default:
                    parts.AddNode(part.ToNode());
                    break;
            }
        }

        if (parts.Count == 0 && calls.Count == 0 && thoughts.Count == 0)
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

        if (thoughts.Count > 0)
        {
            told["reasoning_content"] = string.Join('\n', thoughts);
        }

        yield return told;
    }

    /// <summary>The message of an answer, without the calls that it asks for.</summary>
    public static JsonObject AnswerOf(Answered answered)
    {
        var data = answered.Data.ToNode() as JsonObject ?? [];
        if (RunTurns.IsOwn(answered.Event))
        {
            Flatten(data);
        }

        var content = data["content"] is JsonArray parts ? ContentOf(RecordedJson.ToElement(parts)) as JsonArray : null;
        var isText = content?.All(part => part is JsonObject { Count: 2 } && part["type"]?.ToString() == "text") != false;
        var message = new JsonObject { ["role"] = "assistant", ["content"] = isText ? answered.Data.Text("text") : content };
        foreach (var name in new[] { "name", "refusal", "reasoning_content" })
        {
            if (RecordedJson.SaysSomething(data[name]))
            {
                message[name] = data[name]!.DeepClone();
            }
        }

        return message;
    }

    /// <summary>Puts what an answer in the form of Microsoft.Extensions.AI has where others have it; its text, model and usage are there too.</summary>
    public static void Flatten(JsonObject answer)
    {
        if (answer["messages"] is not JsonArray messages)
        {
            return;
        }

        answer.Remove("messages");
        var (parts, thoughts) = (new JsonArray(), new List<string>());
        var isText = true;
        foreach (var message in RecordedJson.ToElement(messages).EnumerateArray().SelectMany(Of).Where(message => message["role"]?.ToString() != "tool"))
        {
            isText &= message["content"] is not JsonArray;
            foreach (var part in message["content"] as JsonArray ?? [new JsonObject { ["type"] = "text", ["text"] = message["content"]?.DeepClone() }])
            {
                parts.AddNode(part?.DeepClone());
            }

            if (message["reasoning_content"] is { } thought)
            {
                thoughts.Add(thought.ToString());
            }
        }

        if (!isText)
        {
            answer["content"] = parts;
        }

        if (thoughts.Count > 0)
        {
            answer["reasoning_content"] = string.Join('\n', thoughts);
        }

        foreach (var name in new[] { "modelId", "createdAt", "conversationId" })
        {
            answer.Remove(name);
        }

        if (answer.Remove("responseId", out var id))
        {
            answer["message_id"] = id;
        }

        if (answer.Remove("finishReason", out var reason) && reason is not null)
        {
            answer["finish_reasons"] = new JsonArray(reason);
        }
    }

    /// <summary>The functions that a model was offered, in the form of Chat Completions.</summary>
    public static JsonArray ToolsOf(JsonElement tools) =>
        new([.. FunctionsOf(tools).Select(function => new JsonObject { ["type"] = "function", ["function"] = function })]);

    /// <summary>The functions that a model was offered, with their name, description and parameters; tools that the provider runs are not among them.</summary>
    public static IEnumerable<JsonObject> FunctionsOf(JsonElement tools)
    {
        foreach (var tool in tools.ValueKind == JsonValueKind.Array ? tools.EnumerateArray().AsEnumerable() : [])
        {
            if (tool.Member("function").ToNode() is JsonObject function)
            {
                yield return function;
                continue;
            }

            var parameters = tool.Member("parameters").ValueKind == JsonValueKind.Object ? tool.Member("parameters") : tool.Member("input_schema");
            if (tool.Text("name") is { } name && parameters.ValueKind == JsonValueKind.Object)
            {
                var made = new JsonObject { ["name"] = name };
                if (tool.Text("description") is { } description)
                {
                    made["description"] = description;
                }

                made["parameters"] = parameters.ToNode();
                yield return made;
            }
        }
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

    private static bool IsImage(JsonElement part) => part.Text("uri") is { } uri
        && (uri.StartsWith("data:image/", StringComparison.Ordinal) || part.Text("mediaType")?.StartsWith("image/", StringComparison.Ordinal) == true);

    /// <summary>An image by its address.</summary>
    public static JsonObject ImageOf(string? url) => new() { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = url } };
}
