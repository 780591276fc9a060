using System.Buffers;
using System.Text.Encodings.Web;

namespace Ledger.Json;

/// <summary>Escapes only what JSON requires, and refuses half of a surrogate pair.</summary>
/// <remarks>
/// The encoders of .NET silently replace half a pair, so the stored text would differ from the input. This one sees the text before
/// the writer converts it to UTF-8. It also keeps characters above U+FFFF, which the relaxed encoder of .NET escapes.
/// </remarks>
internal sealed class PlainJsonEncoder : JavaScriptEncoder
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\']);

    private static readonly SearchValues<byte> EscapedBytes = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(c => (byte)c), (byte)'"', (byte)'\\']);

    private readonly int _longest;

    private PlainJsonEncoder(int longest) => _longest = longest;

    public static PlainJsonEncoder Instance { get; } = new(int.MaxValue);

    /// <summary>The same, which refuses a longer text before the writer takes several times its size of memory for it.</summary>
    /// <param name="longest">The most characters, or bytes of UTF-8, of one text.</param>
    public static PlainJsonEncoder UpTo(int longest) => new(longest);

    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < 0x20 or '"' or '\\';

    /// <exception cref="TextTooLongException">The text is longer than the longest.</exception>
    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength) =>
        IndexOfFirst(new ReadOnlySpan<char>(text, Checked(textLength)));

    /// <exception cref="TextTooLongException">The text is longer than the longest.</exception>
    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text) => utf8Text[..Checked(utf8Text.Length)].IndexOfAny(EscapedBytes);

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        Span<byte> escape = stackalloc byte[6];
        numberOfCharactersWritten = Escape((byte)unicodeScalar, escape);
        if (numberOfCharactersWritten > bufferLength)
        {
            numberOfCharactersWritten = 0;
            return false;
        }

        for (var i = 0; i < numberOfCharactersWritten; i++)
        {
            buffer[i] = (char)escape[i];
        }

        return true;
    }

    /// <exception cref="LoneSurrogateException">The text contains half of a surrogate pair.</exception>
    public override OperationStatus Encode(
        ReadOnlySpan<char> source,
        Span<char> destination,
        out int charsConsumed,
        out int charsWritten,
        bool isFinalBlock = true)
    {
        Span<byte> escape = stackalloc byte[6];
        charsConsumed = 0;
        charsWritten = 0;
        while (charsConsumed < source.Length)
        {
            var rest = source[charsConsumed..];
            var plain = IndexOfFirst(rest) is var first and >= 0 ? first : rest.Length;
            if (!rest[..plain].TryCopyTo(destination[charsWritten..]))
            {
                return OperationStatus.DestinationTooSmall;
            }

            charsConsumed += plain;
            charsWritten += plain;
            if (charsConsumed == source.Length)
            {
                break;
            }

            var c = source[charsConsumed];
            if (char.IsSurrogate(c))
            {
                return !isFinalBlock && charsConsumed == source.Length - 1 && char.IsHighSurrogate(c)
                    ? OperationStatus.NeedMoreData
                    : throw new LoneSurrogateException();
            }

            var length = Escape((byte)c, escape);
            if (length > destination.Length - charsWritten)
            {
                return OperationStatus.DestinationTooSmall;
            }

            for (var i = 0; i < length; i++)
            {
                destination[charsWritten++] = (char)escape[i];
            }

            charsConsumed++;
        }

        return OperationStatus.Done;
    }

    public override OperationStatus EncodeUtf8(
        ReadOnlySpan<byte> utf8Source,
        Span<byte> utf8Destination,
        out int bytesConsumed,
        out int bytesWritten,
        bool isFinalBlock = true)
    {
        Span<byte> escape = stackalloc byte[6];
        bytesConsumed = 0;
        bytesWritten = 0;
        while (bytesConsumed < utf8Source.Length)
        {
            var rest = utf8Source[bytesConsumed..];
            var plain = rest.IndexOfAny(EscapedBytes) is var first and >= 0 ? first : rest.Length;
            if (!rest[..plain].TryCopyTo(utf8Destination[bytesWritten..]))
            {
                return OperationStatus.DestinationTooSmall;
            }

            bytesConsumed += plain;
            bytesWritten += plain;
            if (bytesConsumed == utf8Source.Length)
            {
                break;
            }

            var length = Escape(utf8Source[bytesConsumed], escape);
            if (!escape[..length].TryCopyTo(utf8Destination[bytesWritten..]))
            {
                return OperationStatus.DestinationTooSmall;
            }

            bytesWritten += length;
            bytesConsumed++;
        }

        return OperationStatus.Done;
    }

    /// <summary>How many bytes a text takes that is escaped.</summary>
    internal static int LengthOf(ReadOnlySpan<byte> utf8)
    {
        var length = utf8.Length;
        Span<byte> escape = stackalloc byte[6];
        for (var rest = utf8; rest.IndexOfAny(EscapedBytes) is var first and >= 0; rest = rest[(first + 1)..])
        {
            length += Escape(rest[first], escape) - 1;
        }

        return length;
    }

    /// <summary>Writes the escape of a character that JSON requires to be escaped; at most 6 bytes.</summary>
    internal static int Escape(byte c, Span<byte> escape)
    {
        escape[0] = (byte)'\\';
        var letter = c switch
        {
            (byte)'"' or (byte)'\\' => c,
            (byte)'\b' => (byte)'b',
            (byte)'\f' => (byte)'f',
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            _ => (byte)'u',
        };
        escape[1] = letter;
        if (letter != 'u')
        {
            return 2;
        }

        "00"u8.CopyTo(escape[2..]);
        escape[4] = (byte)"0123456789abcdef"[c >> 4];
        escape[5] = (byte)"0123456789abcdef"[c & 0xF];
        return 6;
    }

    private int Checked(int length) => length <= _longest ? length : throw new TextTooLongException();

    private static int IndexOfFirst(ReadOnlySpan<char> text)
    {
        var escaped = text.IndexOfAny(Escaped);
        var lone = IndexOfLoneSurrogate(escaped < 0 ? text : text[..escaped]);
        return lone >= 0 ? lone : escaped;
    }

    private static int IndexOfLoneSurrogate(ReadOnlySpan<char> text)
    {
        for (var i = text.IndexOfAnyInRange('\ud800', '\udfff'); i >= 0 && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                var next = text[i..].IndexOfAnyInRange('\ud800', '\udfff');
                if (next < 0)
                {
                    return -1;
                }

                i += next;
            }

            if (char.IsLowSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
            {
                return i;
            }

            i++;
        }

        return -1;
    }
}
