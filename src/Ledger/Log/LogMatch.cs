using System.Text.Json;

namespace Ledger.Log;

/// <summary>The conditions of a query across streams, as every engine understands them.</summary>
internal sealed class LogMatch(LogQuery query)
{
    private readonly HashSet<StreamName>? _streams = query.Streams is { } streams ? [.. streams] : null;

    /// <summary>The conditions on type, actor and text.</summary>
    public EventMatch Event { get; } = new(query.Types, query.Actor, query.Text, null);

    /// <summary>Whether a stream is searched at all.</summary>
    public bool IsOf(StreamName stream) =>
        stream.Value.StartsWith(query.Prefix, StringComparison.Ordinal) && (_streams is null || _streams.Contains(stream));

    public bool IsMetBy(RecordedEvent recorded) =>
        (query.Since is null || recorded.Timestamp >= query.Since)
        && (query.Until is null || recorded.Timestamp < query.Until)
        && (query.Tool is null || (recorded.Type == "tool.called" && TextOf(recorded.ToJsonElement(), "tool") == query.Tool))
        && (query.ObjectId is null || IsAbout(recorded, query.ObjectId))
        && Event.IsMetBy(recorded)
        && (query.Where is null || query.Where.IsMetBy(recorded.ToJsonElement()));

    private static bool IsAbout(RecordedEvent recorded, string id) => recorded.Type switch
    {
        "object.created" or "object.patched" or "object.removed" => TextOf(recorded.ToJsonElement(), "id") == id,
        "relation.created" => TextOf(recorded.ToJsonElement(), "source_id") == id || TextOf(recorded.ToJsonElement(), "target_id") == id,
        _ => false,
    };

    private static string? TextOf(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
