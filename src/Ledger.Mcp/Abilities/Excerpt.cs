using System.Text;

namespace Ledger.Mcp.Abilities;

/// <summary>The part of an event's data around a text.</summary>
internal static class Excerpt
{
    private const int Around = 120;

    public static string Of(RecordedEvent recorded, string text)
    {
        var json = Encoding.UTF8.GetString(recorded.Json.Span);
        var at = Math.Max(0, json.IndexOf(text, StringComparison.OrdinalIgnoreCase));
        var (from, to) = (Math.Max(0, at - Around), Math.Min(json.Length, at + Math.Min(text.Length, Around) + Around));
        from += from > 0 && char.IsLowSurrogate(json[from]) ? 1 : 0;
        to -= to < json.Length && char.IsHighSurrogate(json[to - 1]) ? 1 : 0;
        return $"{(from > 0 ? "…" : "")}{json[from..to]}{(to < json.Length ? "…" : "")}";
    }
}
