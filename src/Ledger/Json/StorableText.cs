using System.Security.Cryptography;
using System.Text;

namespace Ledger.Json;

/// <summary>Turns text into a form that every engine can store.</summary>
internal static class StorableText
{
    private const char Replacement = '\uFFFD';

    /// <summary>The text with U+FFFD in place of U+0000 and lone surrogates; the same instance if it has none.</summary>
    public static string Of(string text)
    {
        var first = 0;
        while (first < text.Length && IsStorable(text, first, out var length))
        {
            first += length;
        }

        if (first == text.Length)
        {
            return text;
        }

        return string.Create(text.Length, (text, first), static (span, state) =>
        {
            state.text.CopyTo(span);
            for (var i = state.first; i < span.Length;)
            {
                if (!IsStorable(state.text, i, out var length))
                {
                    span[i] = Replacement;
                }

                i += length;
            }
        });
    }

    /// <summary>The text in storable form, limited in bytes as a JSON string; a note reports a cut.</summary>
    public static string Of(string text, int mostBytes)
    {
        var storable = Of(text);
        return Fits(storable, mostBytes) ? storable : Cut(storable, mostBytes, Encoding.UTF8.GetByteCount(text), HashOf(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Whether storable text fits a number of bytes as a JSON string.</summary>
    public static bool Fits(string storable, int mostBytes) => EndWithin(storable, mostBytes) == storable.Length;

    /// <summary>The beginning of storable text followed by a note, limited in bytes as a JSON string.</summary>
    public static string Cut(string storable, int mostBytes, long originalBytes, string sha256)
    {
        var note = $"\u2026 [cut here: {originalBytes} bytes, SHA-256 {sha256}]";
        return string.Concat(storable.AsSpan(0, EndWithin(storable, Math.Max(mostBytes - Encoding.UTF8.GetByteCount(note), 0))), note);
    }

    /// <summary>The longest note that <see cref="Cut"/> adds, in bytes.</summary>
    public const int LongestNote = 128;

    /// <summary>The SHA-256 of bytes, in hexadecimal.</summary>
    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>The number of leading characters that fit a number of bytes as a JSON string, including its quotes.</summary>
    private static int EndWithin(string text, int mostBytes)
    {
        var bytes = 2L;
        var i = 0;
        while (i < text.Length)
        {
            var c = text[i];
            var (length, size) = char.IsHighSurrogate(c) && i + 1 < text.Length ? (2, 4)
                : c < 0x20 ? (1, 6)
                : c is '"' or '\\' ? (1, 2)
                : (1, c < 0x80 ? 1 : c < 0x800 ? 2 : 3);
            bytes += size;
            if (bytes > mostBytes)
            {
                break;
            }

            i += length;
        }

        return i;
    }

    private static bool IsStorable(string text, int index, out int length)
    {
        var c = text[index];
        var isPair = char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]);
        length = isPair ? 2 : 1;
        return isPair || (c != '\0' && !char.IsSurrogate(c));
    }
}
