using Ledger.Json;

namespace Ledger.Log;

/// <summary>The conditions of a query, as every engine understands them.</summary>
internal sealed class EventMatch
{
    private readonly string? _actor;
    private readonly string? _callId;

    public EventMatch(EventQuery query)
        : this(query.Types, query.Actor, query.Text, query.CallId)
    {
    }

    public EventMatch(IReadOnlyList<string>? types, string? actor, string? text, string? callId)
    {
        (_actor, _callId) = (actor, callId);
        Types = types is { Count: > 0 } ? [.. types.Where(t => !IsPrefix(t))] : null;
        Prefixes = types is { Count: > 0 } ? [.. types.Where(IsPrefix).Select(t => t[..^1])] : null;
        Text = text is { Length: > 0 } ? AsciiCase.Lower(Escaped(text)) : null;
    }

    /// <summary>The names that are wanted whole, or null.</summary>
    public string[]? Types { get; }

    /// <summary>The allowed prefixes of the names, or null.</summary>
    public string[]? Prefixes { get; }

    /// <summary>The text that the JSON must contain, escaped as in JSON and in lower case, or null.</summary>
    public string? Text { get; }

    public bool IsMetBy(RecordedEvent recorded) =>
        IsWanted(recorded.Type)
        && (_actor is null || recorded.Metadata.Actor == _actor)
        && (_callId is null || recorded.Metadata.CallId == _callId)
        && (Text is null || AsciiCase.Lower(CanonicalJson.ToText(recorded.ToJsonElement())).Contains(Text, StringComparison.Ordinal));

    private bool IsWanted(string type) =>
        Types is null
        || Types.Contains(type, StringComparer.Ordinal)
        || Prefixes!.Any(p => type.StartsWith(p, StringComparison.Ordinal));

    private static bool IsPrefix(string type) => type.EndsWith('*');

    private static string Escaped(string text)
    {
        var json = EventJson.ToText(writer => writer.WriteStringValue(text));
        return json[1..^1];
    }
}
