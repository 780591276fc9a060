using System.Text.Json;

namespace Ledger.Agents.Checkpoints;

/// <summary>The data of the event <c>checkpoint.saved</c>.</summary>
internal sealed record CheckpointSaved(string Session, Guid? Parent, JsonElement State)
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


            // As text: a database gives the members of an object another order, and the framework's reader wants those that tell types first.
            writer.WriteString("state", State.GetRawText());
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
                JsonElement.Parse(state.GetString()!))
            : null;
}
