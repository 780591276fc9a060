using System.Text;
using System.Text.Json;
using Ledger.Json;
using Ledger.Records;
using Ledger.Records.Chronomemory;

namespace Ledger.Forgetting;

/// <summary>Events of record stores, whose content is a text within the payload: it is opened before paths are followed, and closed again with its old hash.</summary>
/// <remarks>Paths begin at the event as chronomemory writes it, so those into a record begin with <c>$.record</c>.</remarks>
internal static class RecordBlank
{
    private const string Record = "record";

    // What records are found, counted and filtered by.
    private static readonly HashSet<string> Structural = new(StringComparer.Ordinal)
    {
        "id", "kind", "status", "confidence", "source_type", "is_hypothesis", "recursion_depth",
    };

    /// <summary>Whether an event has its content in a text.</summary>
    public static bool IsRecord(string type) => type is ChronoNames.Event or ChronoNames.Record;

    /// <summary>The content; null if it is not JSON, as with NaN, or was changed by hand.</summary>
    public static JsonElement? Open(RecordedEvent recorded)
    {
        try
        {
            var text = Encoding.UTF8.GetBytes(recorded.ToJsonElement().GetProperty(ChronoNames.Text.EncodedUtf8Bytes).GetString()!);
            var content = EventJson.ParseElement(text);
            return recorded.Type == ChronoNames.Event ? content : EventJson.ToElement(writer =>
            {
                writer.WriteStartObject();
                writer.WritePropertyName(Record);
                content.WriteTo(writer);
                writer.WriteEndObject();
            });
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentNullException)
        {
            return null;
        }
    }

    /// <summary>The content without what its record says.</summary>
    public static JsonElement WithoutContent(JsonElement content) => EventJson.ToElement(writer =>
    {
        writer.WriteStartObject();
        foreach (var member in content.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            if (member.Name == Record && member.Value.ValueKind == JsonValueKind.Object && !IsCompaction(content))
            {
                WriteRecord(writer, member.Value);
            }
            else
            {
                member.Value.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    });

    /// <summary>The payload with other content.</summary>
    public static JsonElement Close(RecordedEvent recorded, JsonElement content)
    {
        var value = JsonValue.Of(content);
        var text = recorded.Type == ChronoNames.Event
            ? Encoding.UTF8.GetString(WalValues.Of(value).HashedText())
            : RecordText.Of(value.Find(Record)!).Text;
        return EventJson.ToElement(writer =>
        {
            writer.WriteStartObject();
            foreach (var member in recorded.ToJsonElement().EnumerateObject())
            {
                writer.WritePropertyName(member.Name);
                if (member.NameEquals(ChronoNames.Text.EncodedUtf8Bytes))
                {
                    writer.WriteStringValue(text);
                }
                else
                {
                    member.Value.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        });
    }

    /// <summary>The headers without the record that they spell; empty if they do not spell one.</summary>
    public static ReadOnlyMemory<byte> Headers(RecordedEvent recorded)
    {
        if (recorded.HeadersJson.IsEmpty)
        {
            return default;
        }

        var headers = EventJson.ParseElement(recorded.HeadersJson);
        if (!headers.TryGetProperty(ChronoNames.Spelled.EncodedUtf8Bytes, out _))
        {
            return default;
        }

        return Encoding.UTF8.GetBytes(EventJson.ToText(writer =>
        {
            writer.WriteStartObject();
            foreach (var member in headers.EnumerateObject().Where(m => !m.NameEquals(ChronoNames.Spelled.EncodedUtf8Bytes)))
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }));
    }

    private static bool IsCompaction(JsonElement content) =>
        content.TryGetProperty("op", out var op) && op.ValueKind == JsonValueKind.String && op.GetString() == "compact";

    private static void WriteRecord(Utf8JsonWriter writer, JsonElement record)
    {
        writer.WriteStartObject();
        foreach (var member in record.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            if (Structural.Contains(member.Name))
            {
                member.Value.WriteTo(writer);
            }
            else if (member.Value.ValueKind == JsonValueKind.String && !member.Value.ValueEquals(""))
            {
                writer.WriteStringValue(PayloadBlank.Text);
            }
            else if (member.Value.ValueKind == JsonValueKind.Array)
            {
                writer.WriteStartArray();
                writer.WriteEndArray();
            }
            else if (member.Value.ValueKind == JsonValueKind.Object)
            {
                writer.WriteStartObject();
                writer.WriteEndObject();
            }
            else if (member.Value.ValueKind == JsonValueKind.String)
            {
                writer.WriteStringValue("");
            }
            else
            {
                writer.WriteNullValue();
            }
        }

        writer.WriteEndObject();
    }
}
