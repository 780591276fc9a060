using System.Buffers;
using System.Security.Cryptography;

namespace Ledger.Seal.Entries;

/// <summary>Salted commitments: HMAC-SHA256(salt, column ‖ 0x00 ‖ content).</summary>
internal static class Commitment
{
    /// <summary>The length of a salt in bytes.</summary>
    public const int SaltSize = 16;

    public static ReadOnlySpan<byte> Data => "data\0"u8;

    public static ReadOnlySpan<byte> BinaryData => "bdata\0"u8;

    public static ReadOnlySpan<byte> Headers => "headers\0"u8;

    public static byte[] Of(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> column, ReadOnlySpan<byte> content)
    {
        var message = ArrayPool<byte>.Shared.Rent(column.Length + content.Length);
        try
        {
            column.CopyTo(message);
            content.CopyTo(message.AsSpan(column.Length));
            return HMACSHA256.HashData(salt, message.AsSpan(0, column.Length + content.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }
}
