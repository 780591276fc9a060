using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>Observations and traces of Langfuse: by line, as a list, as a page of the API, as traces with their observations, as the page of a trace downloads them, and as rows of a blob storage.</summary>
/// <remarks>
/// The forms are those of <c>Trace</c>, <c>TraceWithFullDetails</c>, <c>ObservationsView</c> and the observations of version 2 in langfuse/langfuse, <c>fern/apis/server/definition/commons.yml</c>; of
/// <c>web/src/features/traces/server/buildTraceExport.ts</c> and <c>fns/downloadTrace.ts</c>; and of <c>packages/shared/src/domain/observation-field-groups.ts</c>, whose names have underscores. They
/// were compared with these files at 6275144614. A trace becomes the span around its observations; its session is the conversation. Members that the conventions do not have are attributes
/// <c>langfuse.…</c>. No export of a running server was read.
/// </remarks>
internal sealed class LangfuseForms : SpanForms
{
    private const string Prefix = "langfuse.";
    private const string Score = "SCORE";

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

    // Of a row of a blob storage.
    private static readonly Dictionary<string, string> OfRow = new(StringComparer.Ordinal)
    {
        ["trace_id"] = "traceId", ["parent_observation_id"] = "parentObservationId", ["start_time"] = "startTime", ["end_time"] = "endTime", ["session_id"] = "sessionId",
        ["status_message"] = "statusMessage", ["provided_model_name"] = "providedModelName", ["model_parameters"] = "modelParameters", ["usage_details"] = "usageDetails",
        ["cost_details"] = "costDetails", ["total_cost"] = "totalCost", ["completion_start_time"] = "completionStartTime",
    };

    /// <summary>Whether an object is an observation.</summary>
    public static bool IsObservation(JsonElement json) =>
        json.Text("id") is not null && Types.Contains(json.Text("type")) && ((json.Text("traceId") is not null && json.Text("startTime") is not null) || IsRow(json));

    /// <summary>Whether an object is what the page of a trace downloads.</summary>
    public static bool IsDownload(JsonElement json) =>
        json.Text("id") is null && json.Member("observations").ValueKind == JsonValueKind.Array && (IsTraceAlone(json.Member("trace")) || json.Items("observations").Take(1).Any(IsObservation));

    private static bool IsRow(JsonElement json) => json.Text("trace_id") is not null && json.Text("start_time") is not null;

    private static bool IsTraceAlone(JsonElement json) => json.Text("id") is not null && json.Text("timestamp") is not null && json.Text("traceId") is null;

    /// <summary>Whether an object is a trace with its observations.</summary>
    public static bool IsTrace(JsonElement json) =>
        json.Text("id") is not null && json.Text("timestamp") is not null && json.Member("observations").ValueKind == JsonValueKind.Array && json.Text("schema_version") is null;

    public override IEnumerable<(JsonObject Resource, IEnumerable<JsonElement> Spans)> GroupsOf(JsonElement document)
    {
        yield return (new JsonObject { ["scope"] = new JsonObject { ["name"] = "langfuse" } }, ItemsOf(document));
    }

    public override JsonElement SpanOf(JsonElement raw) => RecordedJson.ToElement(
        IsRow(raw) ? OfObservation(Renamed(raw))
        : raw.Text("type") is not null || raw.Text("startTime") is not null ? OfObservation(raw)
        : raw.Text("traceId") is not null && raw.Text("timestamp") is not null ? OfScore(raw)
        : OfTrace(raw));

    private IEnumerable<JsonElement> ItemsOf(JsonElement document)
    {
        foreach (var item in document.ValueKind == JsonValueKind.Array ? document.EnumerateArray().AsEnumerable()
            : document.Member("data").ValueKind == JsonValueKind.Array ? document.Items("data")
            : [document])
        {
            if (IsDownload(item))
            {
                if (IsTraceAlone(item.Member("trace")))
                {
                    _sessions[item.Member("trace").Text("id")!] = item.Member("trace").Text("sessionId");
                    yield return item.Member("trace");
                }

                foreach (var part in item.Items("observations").Concat(item.Items("scores")))
                {
                    yield return part;
                }
            }
            else if (IsTrace(item))
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

    private static JsonObject OfScore(JsonElement raw)
    {
        var fields = new Fields(raw);
        var (trace, observation) = (fields.Text("traceId"), fields.Text("observationId"));
        var attributes = new JsonObject { ["langfuse.observation.type"] = Score };
        var span = new JsonObject { ["traceId"] = trace, ["spanId"] = fields.Text("id"), ["parentSpanId"] = observation ?? trace, ["name"] = fields.Text("name") };
        Set(span, "startTimeUnixNano", Nanoseconds(raw, "timestamp"));
        fields.Skip("timestamp");
        AddRest(attributes, fields, Prefix + "score.");
        span["attributes"] = attributes;
        return span;
    }

    private static JsonElement Renamed(JsonElement row)
    {
        var renamed = new JsonObject();
        foreach (var member in row.EnumerateObject())
        {
            var name = RecordedJson.NameOf(member);
            var to = OfRow.GetValueOrDefault(name, name);
            renamed[to] = to is "modelParameters" && member.Value.ValueKind == JsonValueKind.String ? RecordedJson.Parsed(RecordedJson.TextOf(member.Value)!).ToNode() : member.Value.ToNode();
        }

        return RecordedJson.ToElement(renamed);
    }

    private JsonObject OfObservation(JsonElement raw)
    {
        var fields = new Fields(raw);
        var (type, trace, name) = (fields.Text("type"), fields.Text("traceId"), fields.Text("name"));
        var attributes = new JsonObject { ["langfuse.observation.type"] = type };
        var hasTrace = trace is not null && _sessions.ContainsKey(trace);
        Set(attributes, GenAiNames.Conversation, fields.Text("sessionId") is { Length: > 0 } session ? session : trace is not null ? _sessions.GetValueOrDefault(trace) : null);
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
                Set(attributes, GenAiNames.RequestModel, fields.Text("model") ?? fields.Text("providedModelName"));
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
        foreach (var price in new[] { cost, json.Member("totalCost"), json.Member("calculatedTotalCost"), json.Member("totalPrice"), json.Member("usage").Member("totalCost") })
        {
            if (NumberOf(price) is { } number)
            {
                attributes[GenAiNames.Cost] = number;
                return;
            }
        }
    }

    private static void Copy(JsonObject attributes, Fields from, (string Name, string To)[] names, string others)
    {
        foreach (var (name, to) in names)
        {
            if (NumberOf(from.Json.Member(name)) is { } number && !attributes.ContainsKey(to))
            {
                attributes[to] = number;
                from.Skip(name);
            }
        }

        AddRest(attributes, from, others);
    }

    // Rows of a blob storage have whole numbers as text.
    private static JsonNode? NumberOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.ToNode(),
        JsonValueKind.String when long.TryParse(RecordedJson.TextOf(value), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ => null,
    };

    private static JsonNode? Text(JsonElement value) => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : value.ToNode();
}
