using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Ledger.Json;

/// <summary>Converts text to a JSON string and back.</summary>
internal static class JsonText
{
    // The longest token that Utf8JsonWriter accepts.
    private const int LongestToken = 150_000_000;

    private static readonly JsonReaderOptions AnyDepth = new()
    {
        MaxDepth = int.MaxValue,
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public static JsonElement ToElement(string text) => EventJson.ToElement(writer => writer.WriteStringValue(text));

    /// <summary>Writes text of any content and length; lone surrogates are written as escapes.</summary>
    public static JsonElement ToElementAsItIs(string text)
    {
        if (text.Length < LongestToken && ReferenceEquals(StorableText.Of(text), text))
        {
            return ToElement(text);
        }

        var json = new ArrayBufferWriter<byte>(text.Length + 2);
        json.Write("\""u8);
        Span<byte> escape = stackalloc byte[6];
        var plain = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
                continue;
            }

            if (c is >= ' ' and not '"' and not '\\' && !char.IsSurrogate(c))
            {
                continue;
            }

            Encoding.UTF8.GetBytes(text.AsSpan(plain, i - plain), json);
            plain = i + 1;
            json.Write(char.IsSurrogate(c)
                ? Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"))
                : escape[..PlainJsonEncoder.Escape((byte)c, escape)]);
        }

        Encoding.UTF8.GetBytes(text.AsSpan(plain), json);
        json.Write("\""u8);
        return Parse(json.WrittenSpan);
    }

    /// <summary>The text of a JSON string, including lone surrogates; bytes that are not UTF-8 become U+FFFD.</summary>
    public static string ToText(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Unescape(JsonMarshal.GetRawUtf8Value(element)[1..^1]);
        }
    }

    /// <summary>Reads JSON of any depth.</summary>
    public static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, AnyDepth);
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>The JSON of an object with members added at its end; the existing text is unchanged.</summary>
    public static JsonElement WithMembers(JsonElement element, ReadOnlySpan<byte> members)
    {
        if (members.IsEmpty)
        {
            return element;
        }

        var raw = JsonMarshal.GetRawUtf8Value(element);
        var reader = new Utf8JsonReader(raw, AnyDepth);
        var end = 1L;
        while (reader.Read() && (reader.TokenType != JsonTokenType.EndObject || reader.CurrentDepth > 0))
        {
            end = reader.BytesConsumed;
        }

        var json = new ArrayBufferWriter<byte>(raw.Length + members.Length + 2);
        json.Write(raw[..(int)end]);
        json.Write(end > 1 ? ","u8 : ""u8);
        json.Write(members);
        json.Write("}"u8);
        return Parse(json.WrittenSpan);
    }

    /// <summary>The JSON of an object without some of its members; the text of the others is unchanged.</summary>
    public static JsonElement Without(JsonElement element, Func<string, bool> isLeftOut)
    {
        var raw = JsonMarshal.GetRawUtf8Value(element);
        var reader = new Utf8JsonReader(raw, AnyDepth);
        var json = new ArrayBufferWriter<byte>(raw.Length);
        json.Write("{"u8);
        var anyLeftOut = false;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var isOut = isLeftOut(Unescape(reader.ValueSpan));
            anyLeftOut |= isOut;
            reader.Skip();
            if (!isOut)
            {
                json.Write(json.WrittenCount > 1 ? ","u8 : ""u8);
                json.Write(raw[start..(int)reader.BytesConsumed]);
            }
        }

        json.Write("}"u8);
        return anyLeftOut ? Parse(json.WrittenSpan) : element;
    }

    /// <summary>The text between the quotes of a JSON string.</summary>
    public static string Unescape(ReadOnlySpan<byte> raw)
    {
        var text = new StringBuilder(raw.Length);
        while (raw.IndexOf((byte)'\\') is var next and >= 0)
        {
            text.Append(Encoding.UTF8.GetString(raw[..next]));
            var letter = (char)raw[next + 1];
            text.Append(letter switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => (char)int.Parse(raw.Slice(next + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                _ => letter,
            });
            raw = raw[(next + (letter == 'u' ? 6 : 2))..];
        }

        return text.Append(Encoding.UTF8.GetString(raw)).ToString();
    }
}
