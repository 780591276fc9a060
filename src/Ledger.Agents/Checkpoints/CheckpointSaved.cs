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

            writer.WritePropertyName("state");
            State.WriteTo(writer);
            writer.WriteEndObject();
        }

        return JsonElement.Parse(buffer.ToArray());
    }

    /// <summary>The state as the framework wrote it: type and reference markers come first in each object, where its reader expects them.</summary>
    /// <remarks>A database returns the members of an object in its own order.</remarks>
    public JsonElement StateInOrder()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, State);
        }

        return JsonElement.Parse(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(m => !m.Name.StartsWith('$')))
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    public static CheckpointSaved? Read(string type, JsonElement data) =>
        type == EventType
        && data.ValueKind == JsonValueKind.Object
        && data.TryGetProperty("session", out var session) && session.ValueKind == JsonValueKind.String
        && data.TryGetProperty("state", out var state)
            ? new CheckpointSaved(
                session.GetString()!,
                data.TryGetProperty("parent", out var parent) && parent.ValueKind == JsonValueKind.String && parent.TryGetGuid(out var id) ? id : null,
                state)
            : null;
}
