using System.Globalization;
using System.Text;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Interop.CloudEvents;

/// <summary>Writes events as CloudEvents.</summary>
/// <remarks>
/// The form is the JSON format of CloudEvents 1.0.2 (cloudevents/spec, <c>cloudevents/formats/json-format.md</c>), with the documented extensions
/// <c>sequence</c>, <c>recordedtime</c>, <c>traceparent</c>, <c>causationid</c> and <c>correlationid</c>, and with <c>actor</c>, <c>origin</c>, <c>foreignid</c> and
/// <c>causes</c>, which hold what else an event file has.
/// </remarks>
internal static class CloudEventForm
{
    /// <summary>Writes an event.</summary>
    public static void Write(Utf8JsonWriter writer, RecordedEvent recorded, string source)
    {
        var metadata = recorded.Metadata;
        writer.WriteStartObject();
        writer.WriteString("specversion", "1.0");
        writer.WriteString("id", recorded.Id);
        writer.WriteString("source", source);
        writer.WriteString("type", recorded.Type);
        writer.WriteString("subject", recorded.Stream.Value);
        writer.WriteString("time", TimeText(metadata.OccurredAt ?? recorded.Timestamp));
        writer.WriteString("recordedtime", TimeText(recorded.Timestamp));

        // Sorted as text, as the extension wants it.
        writer.WriteString("sequence", recorded.Version.Value.ToString("D19", CultureInfo.InvariantCulture));
        WriteIfAny(writer, "traceparent", metadata.TraceParent);
        WriteIfAny(writer, "correlationid", recorded.CorrelationId);
        WriteIfAny(writer, "causationid", metadata.Causes.Count > 0 ? metadata.Causes[0].ToString() : null);
        WriteIfAny(writer, "actor", metadata.Actor);
        WriteIfAny(writer, "origin", metadata.Source);
        WriteIfAny(writer, "foreignid", metadata.ForeignId);
        WriteIfAny(writer, "callid", metadata.CallId);
        string[] causes = [.. metadata.Causes.Select(cause => cause.ToString()), .. metadata.ForeignCauses];
        if (causes.Length > 0)
        {
            writer.WriteString("causes", EventJson.ToText(list =>
            {
                list.WriteStartArray();
                foreach (var cause in causes)
                {
                    list.WriteStringValue(cause);
                }

                list.WriteEndArray();
            }));
        }

        writer.WriteString("datacontenttype", "application/json");
        writer.WritePropertyName("data");
        recorded.ToJsonElement().WriteTo(writer);
        writer.WriteEndObject();
    }

    /// <summary>Checks a source: a reference to the log, as the specification wants one.</summary>
    /// <exception cref="ArgumentException">It is not a URI reference.</exception>
    public static void CheckSource(string source)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        if (!Uri.IsWellFormedUriString(source, UriKind.RelativeOrAbsolute))
        {
            throw new ArgumentException($"The source of CloudEvents must be a URI reference such as '/ledger', but was '{source}'.", nameof(source));
        }
    }

    private static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static void WriteIfAny(Utf8JsonWriter writer, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            writer.WriteString(name, value);
        }
    }

    /// <summary>One event in a line.</summary>
    public static ReadOnlyMemory<byte> Line(RecordedEvent recorded, string source)
    {
        using var line = new MemoryStream();
        using (var writer = new Utf8JsonWriter(line, EventJson.WriterOptions))
        {
            Write(writer, recorded, source);
        }

        line.Write("\n"u8);
        return line.ToArray();
    }

    /// <summary>The whole of a text in the body of a request.</summary>
    public static byte[] Body(Action<Utf8JsonWriter> write) => Encoding.UTF8.GetBytes(EventJson.ToText(write));
}
