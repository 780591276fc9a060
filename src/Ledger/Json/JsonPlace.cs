using System.Text;
using System.Text.Json;

namespace Ledger.Json;

/// <summary>Names the place of a byte in JSON, for error messages.</summary>
internal static class JsonPlace
{
    private const int MaxLength = 200;

    /// <summary>The JSON pointer to the innermost value that is open at an offset; the JSON after it may be malformed.</summary>
    public static string Find(ReadOnlySpan<byte> json, long offset) => Spell(PathTo(json, offset, out _));

    /// <summary>The JSON pointer to the value expected next in JSON that ends early; if a key is expected, to its object.</summary>
    public static string FindNext(ReadOnlySpan<byte> json)
    {
        // A number at the very end might continue; the space ends it.
        var path = PathTo([.. json, (byte)' '], long.MaxValue, out var last);
        if (path.Count > 0 && path[^1].IsArray)
        {
            path[^1] = path[^1] with { Index = path[^1].Index + 1 };
        }
        else if (path.Count > 0 && last != JsonTokenType.PropertyName)
        {
            path[^1] = path[^1] with { Key = null };
        }

        return Spell(path);
    }

    private static List<Step> PathTo(ReadOnlySpan<byte> json, long offset, out JsonTokenType last)
    {
        var options = new JsonReaderOptions
        {
            MaxDepth = int.MaxValue,
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
        };
        var reader = new Utf8JsonReader(json, isFinalBlock: false, new JsonReaderState(options));
        var path = new List<Step>();
        last = JsonTokenType.None;
        try
        {
            while (reader.Read() && reader.TokenStartIndex <= offset)
            {
                last = reader.TokenType;
                if (last is JsonTokenType.EndArray or JsonTokenType.EndObject)
                {
                    path.RemoveAt(path.Count - 1);
                    continue;
                }

                if (path.Count > 0)
                {
                    path[^1] = last == JsonTokenType.PropertyName
                        ? path[^1] with { Key = KeyOf(ref reader) }
                        : path[^1] with { Index = path[^1].Index + 1 };
                }

                if (last is JsonTokenType.StartArray or JsonTokenType.StartObject)
                {
                    path.Add(new Step(last == JsonTokenType.StartArray, -1, null));
                }
            }
        }
        catch (JsonException)
        {
            // The place is the last position that could be read.
        }

        return path;
    }

    private static string Spell(List<Step> path)
    {
        var pointer = "";
        foreach (var step in path)
        {
            pointer = step switch
            {
                { IsArray: true, Index: >= 0 } => JsonPointer.Append(pointer, step.Index),
                { IsArray: false, Key: { } key } => JsonPointer.Append(pointer, key),
                _ => pointer,
            };
            if (pointer.Length > MaxLength)
            {
                return pointer[..MaxLength] + "…";
            }
        }

        return pointer;
    }

    // The key itself may be the fault, and is then shown unchanged.
    private static string KeyOf(ref Utf8JsonReader reader)
    {
        var spelled = Encoding.UTF8.GetString(reader.ValueSpan);
        return reader.ValueIsEscaped && PayloadText.FaultOfEscapes(reader.ValueSpan) is null ? reader.GetString()! : spelled;
    }

    private readonly record struct Step(bool IsArray, int Index, string? Key);
}
