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
        && (query.Tool is null || (recorded.Type == "tool.called" && ToolOf(recorded.ToJsonElement()) == query.Tool))
        && Event.IsMetBy(recorded)
        && (query.Where is null || query.Where.IsMetBy(recorded.ToJsonElement()));

    private static string? ToolOf(JsonElement data) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty("tool", out var tool) && tool.ValueKind == JsonValueKind.String ? tool.GetString() : null;
}
