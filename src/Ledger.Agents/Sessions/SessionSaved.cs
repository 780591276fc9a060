using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Microsoft.Agents.AI;

namespace Ledger.Agents.Sessions;

/// <summary>The data of the events <c>session.saved</c> and <c>session.deleted</c>.</summary>
/// <param name="Session">The id of the session.</param>
/// <param name="Partitions">The partitions of its key; null for none.</param>
/// <param name="State">The session as JSON text: a database returns the members of an object in another order, and readers want those that tell types first. Null
/// once it is deleted.</param>
[Experimental("MAAI001")]
internal sealed record SessionSaved(string Session, IReadOnlyDictionary<string, string>? Partitions, string? State)
{
    public const string EventType = "session.saved";
    public const string DeletedType = "session.deleted";

    public bool IsOf(AgentSessionStoreKey key) => Session == key.SessionId && Labels(Partitions) == Labels(key.Partitions);

    /// <summary>The partitions as one text, in the order of their names.</summary>
    public static string Labels(IReadOnlyDictionary<string, string>? partitions) => Encoding.UTF8.GetString(Write(writer => WriteLabels(writer, partitions)));

    public JsonElement ToElement() => JsonElement.Parse(Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("session", Session);
        if (Partitions is { Count: > 0 })
        {
            writer.WritePropertyName("partitions");
            WriteLabels(writer, Partitions);
        }

        if (State is not null)
        {
            writer.WriteString("state", State);
        }

        writer.WriteEndObject();
    }));

    public static SessionSaved? Read(RecordedEvent recorded)
    {
        if (recorded.Type is not (EventType or DeletedType)
            || recorded.ToJsonElement() is not { ValueKind: JsonValueKind.Object } data
            || Text(data, "session") is not { } session)
        {
            return null;
        }

        Dictionary<string, string>? partitions = null;
        if (data.TryGetProperty("partitions", out var labels) && labels.ValueKind == JsonValueKind.Object)
        {
            partitions = labels.EnumerateObject().Where(l => l.Value.ValueKind == JsonValueKind.String).ToDictionary(l => l.Name, l => l.Value.GetString()!, StringComparer.Ordinal);
        }

        var state = Text(data, "state");
        return recorded.Type == DeletedType ? new SessionSaved(session, partitions, null)
            : state is not null ? new SessionSaved(session, partitions, state)
            : null;
    }

    private static string? Text(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static void WriteLabels(Utf8JsonWriter writer, IReadOnlyDictionary<string, string>? partitions)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in (partitions ?? new Dictionary<string, string>()).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        return buffer.ToArray();
    }
}
