using Ledger.Json;

namespace Ledger.Log;

/// <summary>The conditions of a query, as every engine understands them.</summary>
internal sealed class EventMatch
{
    private readonly EventQuery _query;

    public EventMatch(EventQuery query)
    {
        _query = query;
        Types = query.Types is { Count: > 0 } types ? [.. types.Where(t => !IsPrefix(t))] : null;
        Prefixes = query.Types is { Count: > 0 } all ? [.. all.Where(IsPrefix).Select(t => t[..^1])] : null;
        Text = query.Text is { Length: > 0 } text ? AsciiCase.Lower(Escaped(text)) : null;
    }

    /// <summary>The names that are wanted whole, or null.</summary>
    public string[]? Types { get; }

    /// <summary>The allowed prefixes of the names, or null.</summary>
    public string[]? Prefixes { get; }

    /// <summary>The text that the JSON must contain, escaped as in JSON and in lower case, or null.</summary>
    public string? Text { get; }

    public bool IsMetBy(RecordedEvent recorded) =>
        IsWanted(recorded.Type)
        && (_query.Actor is null || recorded.Metadata.Actor == _query.Actor)
        && (_query.CallId is null || recorded.Metadata.CallId == _query.CallId)
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
