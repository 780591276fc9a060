using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>Observations and traces of Langfuse: by line, as a list, as a page of the API, or as traces with their observations.</summary>
/// <remarks>
/// The form is that of <c>Trace</c>, <c>TraceWithFullDetails</c> and <c>ObservationsView</c> in langfuse/langfuse, <c>fern/apis/server/definition/commons.yml</c>. A trace becomes the span
/// around its observations; its session is the conversation. Members that the conventions do not have are attributes <c>langfuse.…</c>.
/// The members of traces and observations, <c>usage</c> and the prices were compared with that file. Not in it as it was read, and so not compared: <c>usageDetails</c> and
/// <c>costDetails</c> with the names in them, the values of <c>type</c>, and the names of <c>modelParameters</c>. No export of a running server was read.
/// </remarks>
internal sealed class LangfuseForms : SpanForms
{
    private const string Prefix = "langfuse.";

    private static readonly string[] Types = ["GENERATION", "SPAN", "EVENT", "TOOL", "AGENT", "CHAIN", "RETRIEVER", "EVALUATOR", "EMBEDDING", "GUARDRAIL"];

    private static readonly (string Name, string To)[] Usages =
    [
        ("input", "gen_ai.usage.input_tokens"), ("output", "gen_ai.usage.output_tokens"), ("total", "gen_ai.usage.total_tokens"),
        ("cache_read_input_tokens", "gen_ai.usage.cache_read.input_tokens"), ("input_cached_tokens", "gen_ai.usage.cache_read.input_tokens"),
        ("cache_creation_input_tokens", "gen_ai.usage.cache_creation.input_tokens"), ("output_reasoning_tokens", "gen_ai.usage.reasoning.output_tokens"),
    ];

    private static readonly (string Name, string To)[] Parameters =
    [
        ("temperature", "gen_ai.request.temperature"), ("top_p", "gen_ai.request.top_p"), ("max_tokens", GenAiNames.MaxTokens), ("maxTokens", GenAiNames.MaxTokens),
        ("frequency_penalty", "gen_ai.request.frequency_penalty"), ("presence_penalty", "gen_ai.request.presence_penalty"), ("seed", "gen_ai.request.seed"),
    ];

    // Of traces that are in the file themselves.
    private readonly Dictionary<string, string?> _sessions = new(StringComparer.Ordinal);

    public override RecordingFormat Format => RecordingFormat.Langfuse;

    /// <summary>Whether an object is an observation.</summary>
    public static bool IsObservation(JsonElement json) => Types.Contains(json.Text("type")) && json.Text("traceId") is not null && json.Text("id") is not null && json.Text("startTime") is not null;

    /// <summary>Whether an object is a trace with its observations.</summary>
    public static bool IsTrace(JsonElement json) =>
        json.Text("id") is not null && json.Text("timestamp") is not null && json.Member("observations").ValueKind == JsonValueKind.Array && json.Text("schema_version") is null;

    public override IEnumerable<(JsonObject Resource, IEnumerable<JsonElement> Spans)> GroupsOf(JsonElement document)
    {
        yield return (new JsonObject { ["scope"] = new JsonObject { ["name"] = "langfuse" } }, ItemsOf(document));
    }

    public override JsonElement SpanOf(JsonElement raw) => RecordedJson.ToElement(IsTrace(raw) ? OfTrace(raw) : OfObservation(raw));

    private IEnumerable<JsonElement> ItemsOf(JsonElement document)
    {
        foreach (var item in document.ValueKind == JsonValueKind.Array ? document.EnumerateArray().AsEnumerable()
            : document.Member("data").ValueKind == JsonValueKind.Array ? document.Items("data")
            : [document])
        {
            if (IsTrace(item))
            {
                _sessions[item.Text("id")!] = item.Text("sessionId");
                yield return item;
                foreach (var observation in item.Items("observations").Where(o => o.ValueKind == JsonValueKind.Object))
                {
                    yield return observation;
                }
            }
            else
            {
                yield return item;
            }
        }
    }

    private static JsonObject OfTrace(JsonElement raw)
    {
        var fields = new Fields(raw);
        var id = fields.Text("id");
        var attributes = new JsonObject();
        Set(attributes, GenAiNames.Conversation, fields.Text("sessionId"));
        var span = new JsonObject { ["traceId"] = id, ["spanId"] = id, ["name"] = fields.Text("name") ?? "trace", ["startTimeUnixNano"] = Nanoseconds(raw, "timestamp") };
        fields.Skip("timestamp");
        if (raw.Items("observations").All(o => o.ValueKind == JsonValueKind.Object))
        {
            fields.Skip("observations");
        }

        AddRest(attributes, fields, Prefix);
        span["attributes"] = attributes;
        return span;
    }

    private JsonObject OfObservation(JsonElement raw)
    {
        var fields = new Fields(raw);
        var (type, trace, name) = (fields.Text("type"), fields.Text("traceId"), fields.Text("name"));
        var attributes = new JsonObject { ["langfuse.observation.type"] = type };
        var hasTrace = trace is not null && _sessions.ContainsKey(trace);
        Set(attributes, GenAiNames.Conversation, trace is not null ? _sessions.GetValueOrDefault(trace) : null);
        var span = new JsonObject { ["traceId"] = trace, ["spanId"] = fields.Text("id"), ["name"] = name };
        Set(span, "parentSpanId", fields.Text("parentObservationId") is { Length: > 0 } parent ? parent : hasTrace ? trace : null);
        Set(span, "startTimeUnixNano", Nanoseconds(raw, "startTime"));
        Set(span, "endTimeUnixNano", Nanoseconds(raw, "endTime"));
        fields.Skip("startTime", "endTime");
        AddKind(attributes, fields, type, name);
        if (fields.Json.Text("level") == "ERROR")
        {
            span["status"] = new JsonObject { ["code"] = 2, ["message"] = fields.Text("statusMessage") };
            fields.Skip("level");
        }

        AddRest(attributes, fields, Prefix);
        span["attributes"] = attributes;
        return span;
    }

    private static void AddKind(JsonObject attributes, Fields fields, string? type, string? name)
    {
        var operation = type switch
        {
            "GENERATION" => "chat",
            "TOOL" => "execute_tool",
            "AGENT" => "invoke_agent",
            "EMBEDDING" => "embeddings",
            "RETRIEVER" => "retrieval",
            _ => null,
        };
        Set(attributes, GenAiNames.Operation, operation);
        switch (type)
        {
            case "TOOL":
                Set(attributes, GenAiNames.Tool, name);
                Set(attributes, GenAiNames.Arguments, Text(fields.Any("input")));
                Set(attributes, GenAiNames.Result, Text(fields.Any("output")));
                break;
            case "GENERATION" or "AGENT" or "EMBEDDING":
                Set(attributes, GenAiNames.Agent, type == "AGENT" ? name : null);
                Set(attributes, GenAiNames.RequestModel, fields.Text("model"));
                if (type != "EMBEDDING")
                {
                    Set(attributes, "gen_ai.input.messages", fields.Any("input").ToNode());
                    Set(attributes, "gen_ai.output.messages", fields.Any("output").ToNode());
                }

                Copy(attributes, fields.Object("modelParameters"), Parameters, "langfuse.model_parameters.");
                AddUsage(attributes, fields);
                break;
        }
    }

    // The newer members first; the older ones say the same.
    private static void AddUsage(JsonObject attributes, Fields fields)
    {
        var json = fields.Json;
        var (usage, cost) = (json.Member("usageDetails"), json.Member("costDetails").Member("total"));
        Copy(attributes, fields.Object(RecordedJson.SaysSomething(usage) ? "usageDetails" : "usage"), Usages, "langfuse.usage.");
        foreach (var price in new[] { cost, json.Member("calculatedTotalCost"), json.Member("totalPrice"), json.Member("usage").Member("totalCost") })
        {
            if (price.ValueKind == JsonValueKind.Number)
            {
                attributes[GenAiNames.Cost] = price.ToNode();
                return;
            }
        }
    }

    private static void Copy(JsonObject attributes, Fields from, (string Name, string To)[] names, string others)
    {
        foreach (var (name, to) in names)
        {
            if (from.Json.Member(name) is { ValueKind: JsonValueKind.Number } value && !attributes.ContainsKey(to))
            {
                attributes[to] = from.Any(name).ToNode();
            }
        }

        AddRest(attributes, from, others);
    }

    private static JsonNode? Text(JsonElement value) => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : value.ToNode();
}
