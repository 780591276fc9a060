using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Exporting;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>The attributes of the AI SDK for TypeScript, in the names of the conventions.</summary>
/// <remarks>
/// Its spans are named by <c>ai.operationId</c>: a call of <c>generateText</c> and the like is an agent, each request in it (<c>….doGenerate</c>, <c>….doStream</c>) one to a model, and
/// <c>ai.toolCall</c> a call of a tool. Read from spans of version 6 (npm, <c>ai</c>). An attribute of the conventions that a span has itself is not replaced.
/// </remarks>
internal static class AiSdkAttributes
{
    private const string OperationId = "ai.operationId";

    private static readonly (string Name, string To)[] OfAll =
        [("ai.telemetry.metadata.sessionId", GenAiNames.Conversation), ("ai.telemetry.metadata.conversationId", GenAiNames.Conversation), ("ai.model.provider", GenAiNames.System)];

    private static readonly (string Name, string To)[] OfModels =
    [
        ("ai.model.id", GenAiNames.RequestModel), ("ai.response.model", GenAiNames.ResponseModel), ("ai.response.id", "gen_ai.response.id"),
        ("ai.usage.inputTokens", "gen_ai.usage.input_tokens"), ("ai.usage.outputTokens", "gen_ai.usage.output_tokens"), ("ai.usage.totalTokens", "gen_ai.usage.total_tokens"),
        ("ai.usage.cachedInputTokens", "gen_ai.usage.cache_read.input_tokens"), ("ai.usage.outputTokenDetails.reasoningTokens", "gen_ai.usage.reasoning.output_tokens"),
    ];

    private static readonly (string Name, string To)[] OfTools =
    [
        ("ai.toolCall.name", GenAiNames.Tool), ("ai.toolCall.id", GenAiNames.CallId), ("ai.toolCall.args", GenAiNames.Arguments), ("ai.toolCall.result", GenAiNames.Result),
    ];

    private static readonly (string Name, string To)[] OfAgents = [("ai.telemetry.functionId", GenAiNames.Agent)];

    private static readonly (string Name, string To)[] OfEmbeddings = [("ai.model.id", GenAiNames.RequestModel), ("ai.usage.tokens", "gen_ai.usage.input_tokens")];

    /// <summary>Names attributes as the conventions do.</summary>
    public static void Normalize(JsonObject attributes)
    {
        if (attributes[OperationId]?.ToString() is not { } id || RoleOf(id) is not var (operation, names))
        {
            return;
        }

        Rename(attributes, OfAll);
        Rename(attributes, names);
        attributes.TryAdd(GenAiNames.Operation, operation);

        // A span that is written with the names of the conventions is not one of the SDK any more.
        attributes.Remove(OperationId);
        attributes["ai.operation"] = id;
        if (operation is "chat" or "invoke_agent")
        {
            Put(attributes, "gen_ai.input.messages", operation == "chat" ? "ai.prompt.messages" : "ai.prompt", value => MessagesOf(value));
            PutAnswer(attributes);
        }

        // A list of texts, each the JSON of a tool.
        if (attributes["ai.prompt.tools"] is JsonArray tools && !attributes.ContainsKey("gen_ai.tool.definitions"))
        {
            attributes.Remove("ai.prompt.tools");
            attributes["gen_ai.tool.definitions"] = new JsonArray([.. tools.Select(ToolOf)]);
        }

        // Always JSON, a text too.
        if (operation == "execute_tool" && attributes[GenAiNames.Result] is JsonValue result && TextOf(result) is { } text)
        {
            attributes[GenAiNames.Result] = text;
        }
    }

    // The SDK has some of them by both names.
    private static void Rename(JsonObject attributes, (string Name, string To)[] names)
    {
        FlatAttributes.Rename(attributes, names);
        foreach (var (name, to) in names)
        {
            if (attributes.ContainsKey(name) && JsonNode.DeepEquals(attributes[name], attributes[to]))
            {
                attributes.Remove(name);
            }
        }
    }

    private static (string Operation, (string Name, string To)[] Names)? RoleOf(string id) => id switch
    {
        "ai.toolCall" => ("execute_tool", OfTools),
        "ai.embed.doEmbed" or "ai.embedMany.doEmbed" => ("embeddings", OfEmbeddings),
        _ when id.EndsWith(".doGenerate", StringComparison.Ordinal) || id.EndsWith(".doStream", StringComparison.Ordinal) => ("chat", OfModels),
        "ai.generateText" or "ai.streamText" or "ai.generateObject" or "ai.streamObject" => ("invoke_agent", OfAgents),
        _ => null,
    };

    private static void Put(JsonObject attributes, string to, string name, Func<JsonElement, JsonArray?> read)
    {
        if (attributes[name] is { } written && !attributes.ContainsKey(to) && read(Json(written)) is { Count: > 0 } value)
        {
            attributes.Remove(name);
            attributes[to] = value;
        }
    }

    private static void PutAnswer(JsonObject attributes)
    {
        const string To = "gen_ai.output.messages";
        var (text, calls) = (attributes["ai.response.text"] ?? attributes["ai.response.object"], Json(attributes["ai.response.toolCalls"]));
        if (attributes.ContainsKey(To) || (text is null && calls.ValueKind != JsonValueKind.Array))
        {
            return;
        }

        var answer = new JsonObject { ["role"] = "assistant", ["content"] = text?.DeepClone() };
        if (calls.ValueKind == JsonValueKind.Array)
        {
            answer["tool_calls"] = new JsonArray([.. calls.EnumerateArray().Select(CallOf)]);
            attributes.Remove("ai.response.toolCalls");
        }

        if (attributes.Remove("ai.response.reasoning", out var reasoning))
        {
            answer["reasoning_content"] = reasoning;
        }

        attributes.Remove(attributes.ContainsKey("ai.response.text") ? "ai.response.text" : "ai.response.object");
        attributes[To] = new JsonArray(answer);
    }

    // A list of messages, or what the application has given: a prompt or messages, with instructions.
    private static JsonArray? MessagesOf(JsonElement written)
    {
        var made = new JsonArray();
        var given = written.ValueKind == JsonValueKind.Object ? written.Member("messages") : written;
        if (written.Text("system") is { } system)
        {
            made.AddNode(new JsonObject { ["role"] = "system", ["content"] = system });
        }

        if (written.Text("prompt") is { } prompt)
        {
            made.AddNode(new JsonObject { ["role"] = "user", ["content"] = prompt });
        }

        foreach (var message in given.ValueKind == JsonValueKind.Array ? given.EnumerateArray().SelectMany(MessagesOfOne) : [])
        {
            made.AddNode(message);
        }

        return made;
    }

    private static IEnumerable<JsonNode?> MessagesOfOne(JsonElement message)
    {
        var content = message.Member("content");
        if (content.ValueKind != JsonValueKind.Array)
        {
            return [message.ToNode()];
        }

        var results = content.EnumerateArray().Where(part => part.Text("type") == "tool-result").Select(part => new JsonObject
        {
            ["role"] = "tool", ["tool_call_id"] = part.Text("toolCallId"), ["content"] = ResultOf(part).ToNode(),
        });
        JsonElement[] said = [.. content.EnumerateArray().Where(part => part.Text("type") is not ("tool-result" or "tool-call"))];
        JsonNode[] calls = [.. content.EnumerateArray().Where(part => part.Text("type") == "tool-call").Select(CallOf)];
        if (said.Length == 0 && calls.Length == 0)
        {
            return results;
        }

        var told = new JsonObject
        {
            ["role"] = message.Text("role") ?? "user",
            ["content"] = said is [var only] && only.Text("type") == "text" ? only.Text("text") : said.Length == 0 ? null : new JsonArray([.. said.Select(PartOf)]),
        };
        if (calls.Length > 0)
        {
            told["tool_calls"] = new JsonArray(calls);
        }

        return [told, .. results];
    }

    private static JsonNode? PartOf(JsonElement part) => part.Text("type") == "file" && part.Text("mediaType") is { } type && type.StartsWith("image/", StringComparison.Ordinal) && part.Text("data") is { } data
        ? ChatForm.ImageOf(data.Contains(':', StringComparison.Ordinal) ? data : $"data:{type};base64,{data}")
        : part.ToNode();

    private static JsonElement ResultOf(JsonElement part)
    {
        var output = part.Member("output");
        return output.ValueKind == JsonValueKind.Undefined ? part.Member("result") : output.Member("value") is { ValueKind: not JsonValueKind.Undefined } value ? value : output;
    }

    private static JsonObject CallOf(JsonElement call) =>
        ChatForm.CallOf(call.Text("toolCallId"), call.Text("toolName"), call.Member("input") is { ValueKind: not JsonValueKind.Undefined } input ? input : call.Member("args"));

    private static JsonNode? ToolOf(JsonNode? written)
    {
        var tool = Json(written).ToNode();
        if (tool is JsonObject known && known.Remove("inputSchema", out var schema))
        {
            known["parameters"] = schema;
        }

        return tool;
    }

    // The text that JSON is, or null.
    private static string? TextOf(JsonValue written)
    {
        try
        {
            return written.ToString() is ['"', ..] json && JsonNode.Parse(json) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonElement Json(JsonNode? written) => written is JsonValue && written.GetValueKind() == JsonValueKind.String ? RecordedJson.Parsed(written.ToString()) : RecordedJson.ToElement(written);
}
