using System.Text;
using System.Text.Encodings.Web;

namespace Ledger.Cli.Output;

/// <summary>Escapes what .NET's relaxed encoder escapes, such as control characters, and marks of text direction, but keeps characters above U+FFFF: a 🫖 stays readable.</summary>
internal sealed class ReadableJsonEncoder : JavaScriptEncoder
{
    private ReadableJsonEncoder()
    {
    }

    public static ReadableJsonEncoder Instance { get; } = new();

    public override int MaxOutputCharactersPerInputCharacter => UnsafeRelaxedJsonEscaping.MaxOutputCharactersPerInputCharacter;

    public override bool WillEncode(int unicodeScalar) => Printable.IsSteering(unicodeScalar) || (unicodeScalar <= char.MaxValue && UnsafeRelaxedJsonEscaping.WillEncode(unicodeScalar));

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var rest = new ReadOnlySpan<char>(text, textLength);
        for (var i = 0; i < rest.Length;)
        {
            if (Rune.DecodeFromUtf16(rest[i..], out var rune, out var length) != System.Buffers.OperationStatus.Done || WillEncode(rune.Value))
            {
                return i;
            }

            i += length;
        }

        return -1;
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        if (!Printable.IsSteering(unicodeScalar))
        {
            return UnsafeRelaxedJsonEscaping.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);
        }

        return $"\\u{unicodeScalar:x4}".TryCopyTo(new Span<char>(buffer, bufferLength))
            ? (numberOfCharactersWritten = 6) == 6
            : (numberOfCharactersWritten = 0) != 0;
    }
}
