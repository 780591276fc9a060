using System.Buffers.Text;

namespace Ledger.Json;

/// <summary>Finds characters that JSON text can contain but PostgreSQL cannot store.</summary>
internal static class PayloadText
{
    /// <summary>The fault in the escapes of a JSON string, or null. The input is the well-formed text between the quotes.</summary>
    public static string? FaultOfEscapes(ReadOnlySpan<byte> text)
    {
        var i = 0;
        while (text[i..].IndexOf((byte)'\\') is var found and >= 0)
        {
            i += found;
            if (text[i + 1] != 'u')
            {
                i += 2;
                continue;
            }

            var unit = UnitAt(text, i);
            if (unit == 0)
            {
                return "holds the character U+0000, which PostgreSQL cannot keep. Remove it.";
            }

            i += 6;
            if (char.IsHighSurrogate((char)unit) && i + 5 < text.Length && text[i] == '\\' && text[i + 1] == 'u'
                && char.IsLowSurrogate((char)UnitAt(text, i)))
            {
                i += 6;
            }
            else if (char.IsSurrogate((char)unit))
            {
                return LoneSurrogate;
            }
        }

        return null;
    }

    public const string LoneSurrogate =
        "holds half of a surrogate pair, which is not a character. Cut text between characters, not within one.";

    private static int UnitAt(ReadOnlySpan<byte> text, int index) =>
        Utf8Parser.TryParse(text.Slice(index + 2, 4), out ushort unit, out _, 'x') ? unit : 0;
}
