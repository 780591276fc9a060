using System.Text.Json;
using Ledger.Files;

namespace Ledger.Explorer.Api;

/// <summary>Events as the API writes them: the members of event files, plus the event's stream and position.</summary>
internal static class EventJsonForm
{
    public static void Write(Utf8JsonWriter writer, RecordedEvent recorded)
    {
        writer.WriteStartObject();
        EventFile.WriteMembers(writer, recorded);
        if (recorded.Position is { } position)
        {
            writer.WriteNumber("position", position.Value);
        }

        writer.WriteString("event_id", recorded.Id);
        writer.WriteString("recorded_at", recorded.Timestamp);
        writer.WriteString("stream", recorded.Stream.Value);
        writer.WriteNumber("version", recorded.Version.Value);
        writer.WriteNumber("sequence", recorded.Sequence.Value);
        if (recorded.Metadata.CallId is { } callId)
        {
            writer.WriteString("call_id", callId);
        }

        writer.WriteEndObject();
    }
}
