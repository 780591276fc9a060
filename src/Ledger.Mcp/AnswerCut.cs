using System.Text;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Mcp;

/// <summary>An answer that is too long, shortened: of long texts, and of long lists within an item, the beginning stays.</summary>
internal sealed class AnswerCut
{
    private const int MostNamed = 10;

    // Each is tried if the one before leaves too much.
    private static readonly (int Characters, int Elements)[] Limits = [(64 * 1024, 10_000), (8 * 1024, 1_000), (1024, 100), (128, 10)];

    private readonly List<string> _places = [];
    private readonly (int Characters, int Elements) _limit;

    private AnswerCut((int Characters, int Elements) limit) => _limit = limit;

    /// <summary>Shortens an answer, and lists where; null if nothing in it can be shortened enough.</summary>
    /// <param name="answer">JSON.</param>
    /// <param name="mostBytes">How long it may be.</param>
    public static (string Json, string Places)? Of(string answer, int mostBytes)
    {
        using var document = JsonDocument.Parse(answer, new JsonDocumentOptions { MaxDepth = EventJson.ReaderOptions.MaxDepth });
        foreach (var limit in Limits)
        {
            var cut = new AnswerCut(limit);
            var json = EventJson.ToText(writer => cut.Write(writer, document.RootElement, "", isInItem: false));
            if (Encoding.UTF8.GetByteCount(json) <= mostBytes)
            {
                return (json, string.Join(", ", cut._places.Take(MostNamed)) + (cut._places.Count > MostNamed ? " and others" : ""));
            }
        }

        return null;
    }

    private void Write(Utf8JsonWriter writer, JsonElement value, string path, bool isInItem)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, JsonPointer.Append(path, member.Name), isInItem);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                WriteList(writer, value, path, isInItem);
                break;
            case JsonValueKind.String when value.GetString() is { } text && text.Length > _limit.Characters:
                _places.Add(path);
                var end = char.IsHighSurrogate(text[_limit.Characters - 1]) ? _limit.Characters - 1 : _limit.Characters;
                writer.WriteStringValue(text[..end] + "…");
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    // The lists of a page stay whole: the next one begins after them.
    private void WriteList(Utf8JsonWriter writer, JsonElement list, string path, bool isInItem)
    {
        var index = 0;
        writer.WriteStartArray();
        foreach (var item in list.EnumerateArray())
        {
            if (isInItem && index == _limit.Elements)
            {
                _places.Add(path);
                break;
            }

            Write(writer, item, JsonPointer.Append(path, index++), isInItem: true);
        }

        writer.WriteEndArray();
    }
}
