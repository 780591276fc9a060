using System.Text.Json;

namespace Ledger.Agents.Checkpoints;

/// <summary>The data of the event <c>checkpoint.saved</c>.</summary>
/// <param name="Session">The session.</param>
/// <param name="Parent">The checkpoint before it, or null.</param>
/// <param name="State">The state as JSON text: a database returns the members of an object in another order, and the framework's reader wants those that tell types first.</param>
internal sealed record CheckpointSaved(string Session, Guid? Parent, string State)
{
    public const string EventType = "checkpoint.saved";

    public JsonElement ToElement()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("session", Session);
            if (Parent is { } parent)
            {
                writer.WriteString("parent", parent);
            }

            writer.WriteString("state", State);
            writer.WriteEndObject();
        }

        return JsonElement.Parse(buffer.ToArray());
    }

    public static CheckpointSaved? Read(string type, JsonElement data) =>
        type == EventType
        && data.ValueKind == JsonValueKind.Object
        && data.TryGetProperty("session", out var session) && session.ValueKind == JsonValueKind.String
        && data.TryGetProperty("state", out var state) && state.ValueKind == JsonValueKind.String
            ? new CheckpointSaved(
                session.GetString()!,
                data.TryGetProperty("parent", out var parent) && parent.ValueKind == JsonValueKind.String && parent.TryGetGuid(out var id) ? id : null,
                state.GetString()!)
            : null;
}
