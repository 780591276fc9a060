using System.Security.Cryptography;

namespace Ledger.Records;

/// <summary>The chain's hash: SHA-256 in lower-case hexadecimal.</summary>
internal static class ChainHash
{
    public const int Length = 2 * SHA256.HashSizeInBytes;

    public static string Of(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return Convert.ToHexStringLower(hash);
    }
}
