using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>Attributes that hold lists by an index in their names, and other names of the conventions, in the names of the conventions.</summary>
/// <remarks>
/// Two forms are known here: that of OpenLLMetry (<c>gen_ai.prompt.0.role</c>, <c>gen_ai.completion.0.content</c>; traceloop/openllmetry,
/// <c>opentelemetry-semantic-conventions-ai</c>), and OpenInference, which Phoenix writes (<c>llm.input_messages.0.message.role</c>; Arize-ai/openinference,
/// <c>spec/semantic_conventions.md</c>); <see cref="AiSdkAttributes"/> has a third. An attribute of the conventions that a span has itself is not replaced.
/// </remarks>
internal static class FlatAttributes
{
    private const string Kind = "openinference.span.kind";

    private static readonly (string Name, string To)[] OfOpenInference =
    [
        ("llm.model_name", "gen_ai.request.model"), ("llm.provider", "gen_ai.provider.name"), ("llm.system", "gen_ai.system"),
        ("llm.token_count.prompt", "gen_ai.usage.input_tokens"), ("llm.token_count.completion", "gen_ai.usage.output_tokens"),
        ("llm.token_count.total", "gen_ai.usage.total_tokens"),
        ("llm.token_count.prompt_details.cache_read", "gen_ai.usage.cache_read.input_tokens"),
        ("llm.token_count.prompt_details.cache_write", "gen_ai.usage.cache_creation.input_tokens"),
        ("llm.token_count.completion_details.reasoning", "gen_ai.usage.reasoning.output_tokens"),
        ("llm.cost.total", "gen_ai.usage.cost"),
        ("tool.name", "gen_ai.tool.name"), ("tool.description", "gen_ai.tool.description"), ("tool.id", "gen_ai.tool.call.id"),
        ("agent.name", "gen_ai.agent.name"), ("session.id", "gen_ai.conversation.id"),
    ];

    private static readonly (string Name, string To)[] OfTools = [("input.value", "gen_ai.tool.call.arguments"), ("output.value", "gen_ai.tool.call.result")];

    private static readonly (string Name, string Mime, string To)[] OfAgents =
        [("input.value", "input.mime_type", "gen_ai.input.messages"), ("output.value", "output.mime_type", "gen_ai.output.messages")];

    private static readonly (string Name, string To)[] OfOpenLlmetry =
    [
        ("gen_ai.usage.prompt_tokens", "gen_ai.usage.input_tokens"), ("gen_ai.usage.completion_tokens", "gen_ai.usage.output_tokens"),
        ("llm.usage.total_tokens", "gen_ai.usage.total_tokens"), ("llm.request.type", "gen_ai.operation.name"),
    ];

    /// <summary>Whether an attribute may be one that is named or gathered; its name as UTF-8.</summary>
    public static bool IsOfOtherNames(ReadOnlySpan<byte> name) =>
        name.StartsWith("llm."u8) || name.StartsWith("ai."u8) || name.StartsWith("openinference."u8)
            || (name.StartsWith("gen_ai."u8) && (name[7..].StartsWith("prompt."u8) || name[7..].StartsWith("completion."u8) || name[7..].StartsWith("usage.prompt_"u8) || name[7..].StartsWith("usage.completion_"u8)));

    /// <summary>Names and gathers attributes as the conventions do.</summary>
    public static void Normalize(JsonObject attributes)
    {
        Rename(attributes, OfOpenLlmetry);
        Gather(attributes, "gen_ai.prompt.", "gen_ai.input.messages", MessageOfOpenLlmetry);
        Gather(attributes, "gen_ai.completion.", "gen_ai.output.messages", MessageOfOpenLlmetry);
        AiSdkAttributes.Normalize(attributes);
        if (attributes[Kind]?.ToString() is not { } kind)
        {
            return;
        }

        Rename(attributes, OfOpenInference);
        Gather(attributes, "llm.input_messages.", "gen_ai.input.messages", MessageOfOpenInference);
        Gather(attributes, "llm.output_messages.", "gen_ai.output.messages", MessageOfOpenInference);
        var operation = kind switch
        {
            "LLM" => "chat",
            "TOOL" => "execute_tool",
            "AGENT" => "invoke_agent",
            "EMBEDDING" => "embeddings",
            "RETRIEVER" => "retrieval",
            _ => null,
        };
        if (operation is not null && !attributes.ContainsKey("gen_ai.operation.name"))
        {
            attributes["gen_ai.operation.name"] = operation;
        }

        if (kind == "TOOL")
        {
            Rename(attributes, OfTools);
        }
        else if (kind == "AGENT")
        {
            // In JSON it is whatever the framework was called with.
            Rename(attributes, [.. OfAgents.Where(name => attributes[name.Name] is JsonValue && attributes[name.Mime]?.ToString() is not "application/json").Select(name => (name.Name, name.To))]);
        }
    }

    /// <summary>Renames attributes whose new names are free.</summary>
    public static void Rename(JsonObject attributes, (string Name, string To)[] names)
    {
        foreach (var (name, to) in names)
        {
            if (attributes.ContainsKey(name) && !attributes.ContainsKey(to))
            {
                var value = attributes[name];
                attributes.Remove(name);
                attributes[to] = value;
            }
        }
    }

    // Lists are members whose names are numbers.
    private static void Gather(JsonObject attributes, string prefix, string to, Func<JsonObject, JsonObject> message)
    {
        var names = attributes.Select(member => member.Key).Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        if (names.Count == 0 || attributes.ContainsKey(to))
        {
            return;
        }

        var tree = new JsonObject();
        foreach (var name in names)
        {
            if (!Put(tree, name[prefix.Length..].Split('.'), attributes[name]))
            {
                return;
            }
        }

        if (ListOf(tree) is JsonArray list && list.All(item => item is JsonObject))
        {
            // One by one, each removal would move all that follow.
            var gathered = names.ToHashSet(StringComparer.Ordinal);
            var others = attributes.Where(member => !gathered.Contains(member.Key)).ToList();
            attributes.Clear();
            others.ForEach(attributes.Add);
            attributes[to] = new JsonArray([.. list.Select(item => message(item!.DeepClone().AsObject()))]);
        }
    }

    private static bool Put(JsonObject tree, string[] path, JsonNode? value)
    {
        // Deeper than any list of messages: a name must not make a tree that cannot be walked.
        if (path.Length > 30)
        {
            return false;
        }

        foreach (var name in path[..^1])
        {
            if (tree[name] is null && !tree.ContainsKey(name))
            {
                tree[name] = new JsonObject();
            }

            if (tree[name] is not JsonObject inner)
            {
                return false;
            }

            tree = inner;
        }

        return tree.TryAdd(path[^1], value?.DeepClone());
    }

    private static JsonNode? ListOf(JsonNode? node)
    {
        if (node is not JsonObject tree)
        {
            return node?.DeepClone();
        }

        var members = tree.Select(member => (member.Key, Value: ListOf(member.Value))).ToList();
        if (members.Count > 0 && members.TrueForAll(m => int.TryParse(m.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            return new JsonArray([.. members.OrderBy(m => int.Parse(m.Key, CultureInfo.InvariantCulture)).Select(m => m.Value)]);
        }

        return new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, m.Value)));
    }

    private static JsonObject MessageOfOpenLlmetry(JsonObject message)
    {
        if (message["tool_calls"] is JsonArray calls)
        {
            message["tool_calls"] = new JsonArray([.. calls.Select(call => CallOf(call, call?["id"], call?["name"], call?["arguments"]))]);
        }

        if (message["content"] is JsonValue content && content.GetValueKind() == JsonValueKind.String && Json(content.ToString()) is JsonArray parts)
        {
            message["content"] = parts;
        }

        return message;
    }

    private static JsonObject MessageOfOpenInference(JsonObject item)
    {
        if (item["message"] is not JsonObject { } message || item.Count > 1)
        {
            return item;
        }

        item.Remove("message");
        if (message["tool_calls"] is JsonArray calls)
        {
            message["tool_calls"] = new JsonArray(
            [
                .. calls.Select(call => call?["tool_call"]).Select(call => CallOf(call, call?["id"], call?["function"]?["name"], call?["function"]?["arguments"])),
            ]);
        }

        if (message["contents"] is JsonArray contents && !message.ContainsKey("content"))
        {
            message.Remove("contents");
            message["content"] = new JsonArray([.. contents.Select(ContentOf)]);
        }

        return message;
    }

    private static JsonNode? ContentOf(JsonNode? item)
    {
        var content = item?["message_content"] as JsonObject;
        return (content?["type"]?.ToString(), content?["image"]?["image"]?["url"]) switch
        {
            ("image", { } url) => new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = url.DeepClone() } },
            _ => (content ?? item)?.DeepClone(),
        };
    }

    private static JsonNode? CallOf(JsonNode? call, JsonNode? id, JsonNode? name, JsonNode? arguments) => name is null ? call?.DeepClone() : new JsonObject
    {
        ["id"] = id?.DeepClone(),
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = name.DeepClone(), ["arguments"] = arguments?.DeepClone() ?? "{}" },
    };

    private static JsonNode? Json(string text)
    {
        try
        {
            return text.StartsWith('[') ? JsonNode.Parse(text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
