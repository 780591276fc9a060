using System.Text.Json;
using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>An event of a history that cannot be applied to its world and was skipped.</summary>
/// <param name="Position">The event's place in the history, from 0.</param>
/// <param name="EventId">The event's id.</param>
/// <param name="ForeignId">The id that the event had in another system or a file, or null.</param>
/// <param name="EventType">The name of the event's type.</param>
/// <param name="Fault">The kind of fault.</param>
/// <param name="Reason">The fault as the rest of a sentence that begins with the event's type.</param>
public sealed record SkippedEvent(
    Position Position, Guid EventId, string? ForeignId, string EventType, WorldFault Fault, string Reason)
{
    /// <summary>Writes <c>{event_id, foreign_id, position, type, reason, message}</c>; the reason is the name of the fault, and the foreign id is omitted if there is none.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("event_id", EventId);
        if (ForeignId is not null)
        {
            writer.WriteString("foreign_id", ForeignId);
        }

        writer.WriteNumber("position", Position.Value);
        writer.WriteString("type", EventType);
        writer.WriteString("reason", Fault.ToName());
        writer.WriteString("message", Reason);
        writer.WriteEndObject();
    }

    /// <summary>The JSON text, compact.</summary>
    public override string ToString() => EventJson.ToText(WriteTo);
}
