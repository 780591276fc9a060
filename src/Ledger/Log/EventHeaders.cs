using System.Diagnostics;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Log;

/// <summary>The JSON form of <see cref="EventMetadata"/>.</summary>
internal static class EventHeaders
{
    private const string Actor = "actor";
    private const string Source = "source";
    private const string Causes = "causes";
    private const string ForeignId = "foreign_id";
    private const string ForeignCauses = "foreign_causes";
    private const string OccurredAt = "occurred_at";
    private const string CallId = "call_id";
    private const string TraceParent = "traceparent";

    private static readonly HashSet<string> OwnNames = [Actor, Source, Causes, ForeignId, ForeignCauses, OccurredAt, CallId, TraceParent];

    /// <summary>Whether a header stays when others are masked: events are found and told apart by it.</summary>
    public static bool IsStructural(string name) => name != Actor && OwnNames.Contains(name);

    /// <summary>The trace context stored with an event: its own, or that of the current activity.</summary>
    public static string? TraceParentOf(EventMetadata metadata) =>
        metadata.TraceParent ?? (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null);

    public static void Write(Utf8JsonWriter writer, EventMetadata metadata, string? traceParent, string eventType)
    {
        writer.WriteStartObject();
        WriteText(writer, Actor, metadata.Actor);
        WriteText(writer, Source, metadata.Source);
        if (metadata.Causes.Count > 0)
        {
            writer.WriteStartArray(Causes);
            foreach (var cause in metadata.Causes)
            {
                writer.WriteStringValue(cause);
            }

            writer.WriteEndArray();
        }

        WriteText(writer, ForeignId, metadata.ForeignId);
        if (metadata.ForeignCauses.Count > 0)
        {
            writer.WriteStartArray(ForeignCauses);
            foreach (var cause in metadata.ForeignCauses)
            {
                writer.WriteStringValue(cause);
            }

            writer.WriteEndArray();
        }

        if (metadata.OccurredAt is { } occurredAt)
        {
            writer.WriteString(OccurredAt, occurredAt);
        }

        WriteText(writer, CallId, metadata.CallId);
        WriteText(writer, TraceParent, traceParent);
        foreach (var (name, value) in metadata.Headers)
        {
            if (OwnNames.Contains(name))
            {
                throw new InvalidEventException(
                    eventType, $"the header '{name}' is Ledger's own. Set the property of {nameof(EventMetadata)} instead.");
            }

            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    /// <summary>Reads headers; members that do not have the shape that Ledger writes are kept among the application's own.</summary>
    public static EventMetadata Read(ReadOnlyMemory<byte> headers)
    {
        if (headers.IsEmpty || EventJson.ParseElement(headers) is not { ValueKind: JsonValueKind.Object } json)
        {
            return EventMetadata.None;
        }

        string? actor = null, source = null, foreignId = null, callId = null, traceParent = null;
        IReadOnlyList<Guid> causes = [];
        IReadOnlyList<string> foreignCauses = [];
        DateTimeOffset? occurredAt = null;
        Dictionary<string, JsonElement>? own = null;
        foreach (var member in json.EnumerateObject())
        {
            var value = member.Value;
            var isText = value.ValueKind == JsonValueKind.String;
            switch (member.Name)
            {
                case Actor when isText:
                    actor = value.GetString();
                    break;
                case Source when isText:
                    source = value.GetString();
                    break;
                case ForeignId when isText:
                    foreignId = value.GetString();
                    break;
                case CallId when isText:
                    callId = value.GetString();
                    break;
                case TraceParent when isText:
                    traceParent = value.GetString();
                    break;
                case OccurredAt when isText && value.TryGetDateTimeOffset(out var time):
                    occurredAt = time;
                    break;
                case Causes when value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(c => c.ValueKind == JsonValueKind.String && c.TryGetGuid(out _)):
                    causes = [.. value.EnumerateArray().Select(c => c.GetGuid())];
                    break;
                case ForeignCauses when value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(c => c.ValueKind == JsonValueKind.String):
                    foreignCauses = [.. value.EnumerateArray().Select(c => c.GetString()!)];
                    break;
                default:
                    (own ??= [])[member.Name] = value;
                    break;
            }
        }

        return new EventMetadata
        {
            Actor = actor,
            Source = source,
            Causes = causes,
            ForeignId = foreignId,
            ForeignCauses = foreignCauses,
            OccurredAt = occurredAt,
            CallId = callId,
            TraceParent = traceParent,
            Headers = own ?? EventMetadata.EmptyHeaders,
        };
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            // One after the other, so that the place of a bad value can be told.
            writer.WritePropertyName(name);
            writer.WriteStringValue(value);
        }
    }
}
