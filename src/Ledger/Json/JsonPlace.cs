using System.Text;
using System.Text.Json;

namespace Ledger.Json;

/// <summary>Names the place of a byte in JSON, for the messages of errors.</summary>
internal static class JsonPlace
{
    private const int MaxLength = 200;

    /// <summary>The JSON pointer to the innermost value that has begun at an offset; the JSON may be malformed behind it.</summary>
    public static string Find(ReadOnlySpan<byte> json, long offset) => Spell(PathTo(json, offset, out _));

    /// <summary>The JSON pointer to the value that would come next in JSON that ends early; of a key that would, its object.</summary>
    public static string FindNext(ReadOnlySpan<byte> json)
    {
        // A number at the very end might go on; the blank ends it.
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
            // What could be read up to here is the place.
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

    // A key may itself be what is wrong, and is then shown as it is spelled.
    private static string KeyOf(ref Utf8JsonReader reader)
    {
        var spelled = Encoding.UTF8.GetString(reader.ValueSpan);
        return reader.ValueIsEscaped && PayloadText.FaultOfEscapes(reader.ValueSpan) is null ? reader.GetString()! : spelled;
    }

    private readonly record struct Step(bool IsArray, int Index, string? Key);
}
