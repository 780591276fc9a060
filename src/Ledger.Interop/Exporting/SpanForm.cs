using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.OpenTelemetry;
using Ledger.Interop.Reading;
using Ledger.Json;

namespace Ledger.Interop.Exporting;

/// <summary>Writes spans in OTLP/JSON, made of the data of the events that <see cref="SpanEvents"/> makes of them.</summary>
internal static class SpanForm
{
    // What an answer has beside its message.
    private static readonly string[] OfResponse =
        ["text", "content", "model", "cost_usd", "usage", "message_id", "finish_reasons", "error", "error_type", "span", "extra", "choices", "input_tokens", "output_tokens", "role"];

    private static readonly (string Name, string To)[] OfSpan =
        [("trace_id", "traceId"), ("span_id", "spanId"), ("parent_span_id", "parentSpanId"), ("trace_state", "traceState"), ("flags", "flags"), ("name", "name"), ("kind", "kind"), ("start", "startTimeUnixNano")];

    /// <summary>A span of an event at its beginning, and one at its end.</summary>
    /// <param name="type">The type of the first event.</param>
    /// <param name="begin">Its data.</param>
    /// <param name="end">The data of the last event; undefined where there is none.</param>
    public static JsonObject Of(string type, JsonElement begin, JsonElement end)
    {
        var attributes = new JsonObject();
        Copy(begin, attributes, GenAiNames.OfBegin);
        Copy(begin.Member("agent"), attributes, GenAiNames.OfAgent);
        Set(attributes, GenAiNames.RequestModel, begin.Member("model"));
        Set(attributes, GenAiNames.MaxTokens, begin.Member("max_tokens"));
        SetMessages(attributes, "gen_ai.input.messages", begin.Items("messages"));
        if (type == "tool.called")
        {
            Set(attributes, GenAiNames.Tool, begin.Member("tool"));
            Set(attributes, GenAiNames.CallId, begin.Member("tool_call_id"));
            SetValue(attributes, GenAiNames.Arguments, begin.Member("arguments"));
            SetValue(attributes, GenAiNames.Result, end.Member("result"));
        }
        else if (type == "llm.request")
        {
            SetMessages(attributes, "gen_ai.output.messages", AnswersOf(end));
        }
        else
        {
            SetMessages(attributes, "gen_ai.output.messages", end.Items("messages"));
        }

        Set(attributes, GenAiNames.ResponseModel, end.Member("model"));
        Copy(end.Member("usage"), attributes, GenAiNames.OfUsage);
        Set(attributes, GenAiNames.Cost, end.Member("cost_usd"));
        Copy(end, attributes, GenAiNames.OfEnd);
        var extra = end.Member("extra");
        foreach (var (name, value) in extra.Member("attributes").ToNode() as JsonObject ?? [])
        {
            attributes.TryAdd(name, value?.DeepClone());
        }

        var span = Head(begin, end.ValueKind == JsonValueKind.Undefined ? begin : end, attributes);
        foreach (var (name, value) in extra.ToNode() as JsonObject ?? [])
        {
            if (name != "attributes")
            {
                span.TryAdd(name, value?.DeepClone());
            }
        }

        return span;
    }

    /// <summary>A span that is one event.</summary>
    public static JsonObject Whole(JsonElement data)
    {
        var span = Head(data, data, data.Member("attributes").ToNode() as JsonObject ?? []);
        foreach (var (name, value) in data.ToNode() as JsonObject ?? [])
        {
            if (name is not ("span" or "attributes" or "error"))
            {
                span.TryAdd(name, value?.DeepClone());
            }
        }

        return span;
    }

    /// <summary>The parts of a line that hold the spans of a resource.</summary>
    public static JsonObject Resource(JsonElement resource, JsonArray spans)
    {
        var scope = new JsonObject();
        var all = new JsonObject();
        foreach (var (name, value) in resource.ToNode() as JsonObject ?? [])
        {
            var (to, key) = name.StartsWith("resource_", StringComparison.Ordinal) ? (all, name["resource_".Length..])
                : name.StartsWith("scope_", StringComparison.Ordinal) ? (scope, name["scope_".Length..])
                : (name == "scope" ? scope : all, name);
            if (value is JsonObject inner && inner["attributes"] is JsonObject attributes)
            {
                inner["attributes"] = OtlpValue.OfObject(attributes);
            }

            to[key] = value?.DeepClone();
        }

        scope["spans"] = spans;
        all["scopeSpans"] = new JsonArray(scope);
        return all;
    }

    private static JsonObject Head(JsonElement begin, JsonElement end, JsonObject attributes)
    {
        var span = new JsonObject();
        foreach (var (name, to) in OfSpan)
        {
            if (begin.Member("span").Member(name) is { ValueKind: not JsonValueKind.Undefined } value)
            {
                span[to] = value.ToNode();
            }
        }

        if (end.Member("span").Member("end") is { ValueKind: not JsonValueKind.Undefined } ended)
        {
            span["endTimeUnixNano"] = ended.ToNode();
        }

        if (attributes.Count > 0)
        {
            span["attributes"] = OtlpValue.OfObject(attributes);
        }

        if (end.Member("span").Member("status") is { ValueKind: not JsonValueKind.Undefined } status)
        {
            span["status"] = status.ToNode();
        }

        return span;
    }

    private static IEnumerable<JsonElement> AnswersOf(JsonElement end)
    {
        var content = end.Member("content").ValueKind != JsonValueKind.Undefined ? end.Member("content") : end.Member("text");
        var answer = new JsonObject { ["role"] = "assistant" };
        if (content.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
        {
            answer["content"] = content.ToNode();
        }

        foreach (var member in end.ValueKind == JsonValueKind.Object ? end.EnumerateObject().AsEnumerable() : [])
        {
            if (RecordedJson.NameOf(member) is var name && !OfResponse.Contains(name))
            {
                answer[name] = member.Value.ToNode();
            }
        }

        return answer.Count == 1 || (answer.Count == 2 && answer.ContainsKey("finish_reason")) ? [] : [RecordedJson.ToElement(answer), .. end.Items("choices")];
    }

    private static void SetMessages(JsonObject attributes, string name, IEnumerable<JsonElement> messages)
    {
        var all = new JsonArray([.. messages.Select(GenAiMessages.OfChat)]);
        if (all.Count > 0)
        {
            attributes[name] = Text(all);
        }
    }

    // Arguments and results as their JSON, as the conventions ask for spans that cannot hold structures; text as it is.
    private static void SetValue(JsonObject attributes, string name, JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
        {
            attributes[name] = value.ValueKind == JsonValueKind.String ? value.ToNode() : Text(value.ToNode());
        }
    }

    private static void Copy(JsonElement from, JsonObject to, (string Attribute, string Member)[] names)
    {
        foreach (var (attribute, member) in names)
        {
            Set(to, attribute, from.Member(member));
        }
    }

    private static void Set(JsonObject attributes, string name, JsonElement value)
    {
        if (RecordedJson.SaysSomething(value))
        {
            attributes[name] = value.ToNode();
        }
    }

    private static string Text(JsonNode? node) => EventJson.ToText(writer =>
    {
        if (node is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            node.WriteTo(writer);
        }
    });
}
