using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>What a model was told and answered, wherever a span has it.</summary>
/// <remarks>
/// <list type="number">
/// <item>In the attributes <c>gen_ai.input.messages</c>, <c>gen_ai.output.messages</c> and <c>gen_ai.system_instructions</c> of the span, or of its event
/// <c>gen_ai.client.inference.operation.details</c>, structured or as text (1.37 and later).</item>
/// <item>In events <c>gen_ai.user.message</c>, <c>gen_ai.choice</c> and the like: in their attributes, or as text in <c>gen_ai.event.content</c> (1.28 to 1.36).</item>
/// <item>In events <c>gen_ai.content.prompt</c> and <c>gen_ai.content.completion</c>, or in attributes <c>gen_ai.prompt</c> and <c>gen_ai.completion</c> (before 1.28).</item>
/// </list>
/// </remarks>
internal sealed class GenAiContent
{
    private const string Details = "gen_ai.client.inference.operation.details";

    private static readonly Dictionary<string, string> RoleOfEvent = new(StringComparer.Ordinal)
    {
        ["gen_ai.system.message"] = "system",
        ["gen_ai.user.message"] = "user",
        ["gen_ai.assistant.message"] = "assistant",
        ["gen_ai.tool.message"] = "tool",
    };

    /// <summary>The messages of the request, in the form of Chat Completions.</summary>
    public JsonArray Input { get; } = [];

    /// <summary>The answers, in the form of Chat Completions; several are choices of one request.</summary>
    public List<JsonObject> Output { get; } = [];

    /// <summary>Events of the span that say something else.</summary>
    public List<JsonElement> OtherEvents { get; } = [];

    /// <summary>Reads the attributes and events of a span.</summary>
    public static GenAiContent Of(Fields attributes, JsonElement span)
    {
        var content = new GenAiContent();
        content.AddOf(attributes);
        foreach (var item in span.Items("events"))
        {
            content.AddEvent(item, attributes.Json);
        }

        return content;
    }

    private void AddEvent(JsonElement item, JsonElement ofSpan)
    {
        var name = item.Text("name") ?? "";
        var attributes = new Fields(RecordedJson.ToElement(OtlpValue.ToObject(item.Member("attributes"))));
        if (RoleOfEvent.TryGetValue(name, out var role))
        {
            Input.AddNode(MessageOf(BodyOf(attributes), role));
        }
        else if (name == "gen_ai.choice")
        {
            Output.Add(ChoiceOf(BodyOf(attributes)));
        }
        else if (name is Details or "gen_ai.content.prompt" or "gen_ai.content.completion")
        {
            AddOf(attributes);
            if (OthersOf(attributes, ofSpan) is { Count: > 0 } others)
            {
                OtherEvents.Add(RecordedJson.ToElement(new JsonObject
                {
                    ["name"] = name,
                    ["timeUnixNano"] = item.Member("timeUnixNano").ToNode(),
                    ["attributes"] = OtlpValue.OfObject(others),
                }));
            }
        }
        else
        {
            OtherEvents.Add(item);
        }
    }

    // What the span has too is not kept twice.
    private static JsonObject OthersOf(Fields attributes, JsonElement ofSpan)
    {
        var others = attributes.Rest(new Extras(), "") ?? [];
        foreach (var name in others.Select(o => o.Key).Where(name => JsonNode.DeepEquals(others[name], ofSpan.Member(name).ToNode())).ToList())
        {
            others.Remove(name);
        }

        return others;
    }

    private void AddOf(Fields attributes)
    {
        var system = Json(attributes.Any("gen_ai.system_instructions"));
        if (RecordedJson.SaysSomething(system))
        {
            var message = system.ValueKind == JsonValueKind.Array
                ? RecordedJson.ToElement(new JsonObject { ["role"] = "system", ["parts"] = system.ToNode() })
                : RecordedJson.ToElement(new JsonObject { ["role"] = "system", ["content"] = system.ToNode() });
            AddInput(message);
        }

        foreach (var message in MessagesOf(attributes, "gen_ai.input.messages", "gen_ai.prompt"))
        {
            AddInput(message);
        }

        foreach (var message in MessagesOf(attributes, "gen_ai.output.messages", "gen_ai.completion"))
        {
            var parts = message.ValueKind == JsonValueKind.String
                ? [new JsonObject { ["role"] = "assistant", ["content"] = RecordedJson.TextOf(message) }]
                : GenAiMessages.ToChat(message).ToList();

            // The answer of a model that ran tools itself has their results too.
            Output.Add(parts[^1]);
            if (parts.Count > 1)
            {
                parts[^1]["tool_results"] = new JsonArray([.. parts[..^1]]);
            }
        }
    }

    private void AddInput(JsonElement message)
    {
        foreach (var told in GenAiMessages.ToChat(message))
        {
            Input.AddNode(told);
        }
    }

    private static List<JsonElement> MessagesOf(Fields attributes, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            var value = Json(attributes.Any(name));
            if (value.ValueKind == JsonValueKind.Object && value.Member("messages").ValueKind == JsonValueKind.Array)
            {
                value = value.Member("messages");
            }

            if (RecordedJson.SaysSomething(value))
            {
                return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
            }
        }

        return [];
    }

    private static JsonObject BodyOf(Fields attributes)
    {
        var written = Json(attributes.Any("gen_ai.event.content"));
        var body = written.ValueKind == JsonValueKind.Object ? written.ToNode()!.AsObject()
            : RecordedJson.SaysSomething(written) ? new JsonObject { ["content"] = written.ToNode() }
            : [];
        attributes.Skip("gen_ai.system", "gen_ai.provider.name", "event.name");
        foreach (var (name, value) in attributes.Rest(new Extras(), "") ?? [])
        {
            body[name] = value is JsonValue && value.GetValueKind() == JsonValueKind.String ? RecordedJson.Parsed(value.ToString()).ToNode() : value?.DeepClone();
        }

        return body;
    }

    private static JsonObject MessageOf(JsonObject body, string role)
    {
        var message = new JsonObject { ["role"] = body["role"]?.DeepClone() ?? role };
        if (role == "tool" && body.ContainsKey("id") && !body.ContainsKey("tool_call_id"))
        {
            message["tool_call_id"] = body["id"]?.DeepClone();
            body.Remove("id");
        }

        message["content"] = body["content"]?.DeepClone();
        foreach (var (name, value) in body)
        {
            if (name is not ("role" or "content"))
            {
                message[name] = value?.DeepClone();
            }
        }

        return message;
    }

    private static JsonObject ChoiceOf(JsonObject body)
    {
        var choice = body["message"] is JsonObject inner ? MessageOf(inner.DeepClone().AsObject(), "assistant") : new JsonObject { ["role"] = "assistant", ["content"] = body["message"]?.DeepClone() };
        foreach (var (name, value) in body)
        {
            if (name is not ("message" or "index") && (name != "content" || choice["content"] is null))
            {
                choice[name] = value?.DeepClone();
            }
        }

        return choice;
    }

    private static JsonElement Json(JsonElement value) => value.ValueKind == JsonValueKind.String ? RecordedJson.Parsed(RecordedJson.TextOf(value)!) : value;
}
