using System.Text;
using System.Text.Json;

namespace Ledger.Explorer.Rendering;

/// <summary>Summarizes an event in one line, from the beginning of its data.</summary>
internal static class EventSummary
{
    private const int Length = 140;

    // The beginning is enough for one line, however large the data is.
    private const int Looked = 4_096;

    /// <summary>The summary; only the beginning of large data is read.</summary>
    public static string Of(RecordedEvent recorded)
    {
        var json = recorded.Json.Span;
        if (json.Length > Looked)
        {
            return DisplayText.Cut(Encoding.UTF8.GetString(json[..Looked]).TrimEnd('\uFFFD'), Length);
        }

        var data = recorded.ToJsonElement();
        return data.ValueKind == JsonValueKind.Object ? DisplayText.Cut(Members(data), Length) : Line(data);
    }

    /// <summary>A value on one line.</summary>
    public static string Line(JsonElement value, int length = Length) => value.ValueKind switch
    {
        JsonValueKind.Undefined => "",
        JsonValueKind.String => DisplayText.Cut(value.GetString()!, length),
        _ => DisplayText.Cut(value.GetRawText(), length),
    };

    private static string Members(JsonElement data)
    {
        var line = new StringBuilder();
        foreach (var member in data.EnumerateObject())
        {
            if (line.Length > Length)
            {
                break;
            }

            var separator = line.Length == 0 ? "" : " · ";
            line.Append(separator).Append(member.Name).Append(": ").Append(Line(member.Value));
        }

        return line.ToString();
    }
}
