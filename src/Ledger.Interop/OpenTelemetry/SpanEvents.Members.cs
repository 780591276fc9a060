using System.Text.Json;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>What the first event of a span says besides its messages.</summary>
internal sealed partial class SpanEvents
{
    private static readonly (string Name, string Member)[] OfSpan =
    [
        ("traceId", "trace_id"), ("spanId", "span_id"), ("parentSpanId", "parent_span_id"), ("name", "name"), ("kind", "kind"), ("startTimeUnixNano", "start"), ("traceState", "trace_state"), ("flags", "flags"),
    ];

    private void WriteMembers(Utf8JsonWriter writer)
    {
        if (_attributes.Get(GenAiNames.Provider).ValueKind == JsonValueKind.Undefined && _attributes.Text(GenAiNames.System) is { } provider)
        {
            writer.WriteString("provider", provider);
        }

        foreach (var (name, member) in GenAiNames.OfBegin)
        {
            if (Find(name) is { } value)
            {
                writer.WritePropertyName(member);
                (member == "tools" && value.ValueKind == JsonValueKind.String ? RecordedJson.Parsed(RecordedJson.TextOf(value)!) : value).WriteTo(writer);
            }
        }

        var hasAgent = false;
        foreach (var (name, member) in GenAiNames.OfAgent)
        {
            if (Find(name) is { } value)
            {
                if (!hasAgent)
                {
                    writer.WriteStartObject("agent");
                    hasAgent = true;
                }

                writer.WritePropertyName(member);
                value.WriteTo(writer);
            }
        }

        if (hasAgent)
        {
            writer.WriteEndObject();
        }

        writer.WriteStartObject("span");
        WriteSpan(writer);
        writer.WriteEndObject();
    }

    private void WriteSpan(Utf8JsonWriter writer)
    {
        foreach (var (name, member) in OfSpan)
        {
            var value = _span.Any(name);
            if (RecordedJson.SaysSomething(value))
            {
                writer.WritePropertyName(member);
                value.Cleaned().WriteTo(writer);
            }
            else if (member is "trace_id" or "span_id")
            {
                // Each span has both.
                writer.WriteString(member, RecordedJson.TextOf(value));
            }
        }

        writer.WriteString("resource", _entry.Resource);
    }

    // Attributes were cleaned when they were gathered.
    private JsonElement? Find(string attribute) =>
        _attributes.Get(attribute) is var value && RecordedJson.SaysSomething(value) ? _attributes.Any(attribute) : null;
}
