using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>Spans as Phoenix and the console exporter of OpenTelemetry for Python write them: plain JSON with a <c>context</c>.</summary>
/// <remarks>
/// The forms are those of <c>Span</c> in Arize-ai/phoenix, <c>src/phoenix/server/api/routers/v1/spans.py</c> (a page has them in <c>data</c>), and of <c>ReadableSpan.to_json</c> in
/// open-telemetry/opentelemetry-python. Attributes may be nested; their names are those of OpenInference.
/// The members of a span, its states and the page were compared with these sources, and spans of an agent in <c>tests/unit/pxi/evals/online_evals/fixtures</c> there were read. Not compared: attributes
/// that are nested, and the events, links and resource of the console exporter.
/// </remarks>
internal sealed class PhoenixForms : SpanForms
{
    private static readonly string[] Kinds = ["LLM", "TOOL", "AGENT", "CHAIN", "RETRIEVER", "RERANKER", "EMBEDDING", "GUARDRAIL", "EVALUATOR", "PROMPT", "UNKNOWN"];

    public override RecordingFormat Format => RecordingFormat.Phoenix;

    /// <summary>Whether an object is such a span.</summary>
    public static bool IsSpan(JsonElement json) => json.Member("context").Text("trace_id") is not null && json.Member("context").Text("span_id") is not null && json.Text("start_time") is not null;

    public override IEnumerable<(JsonObject Resource, IEnumerable<JsonElement> Spans)> GroupsOf(JsonElement document)
    {
        var spans = document.ValueKind == JsonValueKind.Array ? document.EnumerateArray().AsEnumerable()
            : document.Member("data").ValueKind == JsonValueKind.Array ? document.Items("data")
            : [document];
        return spans.Select(span => (ResourceOf(span), (IEnumerable<JsonElement>)[span]));
    }

    public override JsonElement SpanOf(JsonElement raw)
    {
        var fields = new Fields(raw);
        var context = fields.Object("context");
        var attributes = new JsonObject();
        Flatten(attributes, "", fields.Any("attributes"));
        var kind = fields.Text("span_kind");
        if (Kinds.Contains(kind))
        {
            attributes.TryAdd("openinference.span.kind", kind);
        }

        var span = new JsonObject
        {
            ["traceId"] = Hex(context.Text("trace_id")),
            ["spanId"] = Hex(context.Text("span_id")),
            ["name"] = fields.Text("name"),
            ["startTimeUnixNano"] = Nanoseconds(raw, "start_time"),
            ["endTimeUnixNano"] = Nanoseconds(raw, "end_time"),
        };
        Set(span, "parentSpanId", Hex(fields.Text("parent_id")));
        Set(span, "kind", kind is not null && !Kinds.Contains(kind) ? kind : fields.Text("kind"));
        fields.Skip("start_time", "end_time", "resource");
        var status = fields.Object("status");
        var (code, message) = (fields.Text("status_code") ?? status.Text("status_code"), fields.Text("status_message") ?? status.Text("description"));
        if (code is "ERROR" || message is { Length: > 0 })
        {
            span["status"] = new JsonObject { ["code"] = code is "ERROR" ? 2 : code is "OK" ? 1 : 0, ["message"] = message };
        }
        else if (code is "OK")
        {
            span["status"] = new JsonObject { ["code"] = 1 };
        }

        if (fields.List("events") is { Count: > 0 } events)
        {
            span["events"] = new JsonArray([.. events.Select(EventOf)]);
        }

        if (fields.Any("links") is var links && RecordedJson.SaysSomething(links))
        {
            span["links"] = links.ToNode();
        }

        AddRest(attributes, context, "context.");
        AddRest(attributes, status, "status.");
        AddRest(attributes, fields, "phoenix.");
        span["attributes"] = attributes;
        return RecordedJson.ToElement(span);
    }

    private static JsonObject ResourceOf(JsonElement span) =>
        span.Member("resource").ToNode() is JsonObject resource ? new JsonObject { ["resource"] = resource } : new JsonObject { ["scope"] = new JsonObject { ["name"] = "phoenix" } };

    private static JsonNode? EventOf(JsonElement item)
    {
        if (item.ToNode() is not JsonObject json)
        {
            return item.ToNode();
        }

        json["timeUnixNano"] = Nanoseconds(item, "timestamp") ?? json["timestamp"]?.DeepClone();
        json.Remove("timestamp");
        return json;
    }

    // Nested members by their path; lists of plain values stay lists.
    private static void Flatten(JsonObject to, string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                Flatten(to, name.Length == 0 ? RecordedJson.NameOf(member) : $"{name}.{RecordedJson.NameOf(member)}", member.Value);
            }
        }
        else if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Object))
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                Flatten(to, $"{name}.{index++}", item);
            }
        }
        else if (name.Length > 0)
        {
            to[name.Replace('\0', '\uFFFD')] = value.ToNode();
        }
    }

    private static string? Hex(string? id) => id is { Length: > 0 } ? (id.StartsWith("0x", StringComparison.Ordinal) ? id[2..] : id) : null;
}
