using System.Text;

namespace Ledger.Seal;

/// <summary>What the text formats share.</summary>
internal static class SealText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Base64 in its one spelling; null for anything else.</summary>
    public static byte[]? Base64(string text)
    {
        try
        {
            var bytes = Convert.FromBase64String(text);
            return Convert.ToBase64String(bytes) == text ? bytes : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Base64 of a hash.</summary>
    /// <exception cref="SealFormatException">It is not one.</exception>
    public static byte[] Hash(string? text) =>
        text is not null && Base64(text) is { Length: MerkleTree.HashSize } hash ? hash : throw new SealFormatException($"'{text}' is not a hash in base64.");

    /// <summary>UTF-8 without errors.</summary>
    /// <exception cref="SealFormatException">It is not.</exception>
    public static string Utf8(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new SealFormatException("The file is not text in UTF-8.");
        }
    }
}
