using System.Buffers;
using System.Security.Cryptography;

namespace Ledger.Seal.Entries;

/// <summary>Salted commitments: HMAC-SHA256(salt, column ‖ 0x00 ‖ content).</summary>
internal static class Commitment
{
    // Of SHA-256: https://www.rfc-editor.org/rfc/rfc2104.html#section-2
    private const int BlockSize = 64;

    /// <summary>The length of a salt in bytes.</summary>
    public const int SaltSize = 16;

    public static ReadOnlySpan<byte> Data => "data\0"u8;

    public static ReadOnlySpan<byte> BinaryData => "bdata\0"u8;

    public static ReadOnlySpan<byte> Headers => "headers\0"u8;

    public static byte[] Of(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> column, ReadOnlySpan<byte> content)
    {
        var commitment = new byte[SHA256.HashSizeInBytes];
        Of(salt, column, content, commitment);
        return commitment;
    }

    // Two hashes of the whole block, because OpenSSL looks up its HMAC and sets it up at each call, which takes longer than these messages.
    public static void Of(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> column, ReadOnlySpan<byte> content, Span<byte> commitment)
    {
        var length = BlockSize + column.Length + content.Length;
        var message = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            column.CopyTo(message.AsSpan(BlockSize));
            content.CopyTo(message.AsSpan(BlockSize + column.Length));
            if (salt.Length > BlockSize)
            {
                HMACSHA256.HashData(salt, message.AsSpan(BlockSize, length - BlockSize), commitment);
                return;
            }

            Pad(message.AsSpan(0, BlockSize), salt, 0x36);
            Span<byte> outer = stackalloc byte[BlockSize + SHA256.HashSizeInBytes];
            Pad(outer[..BlockSize], salt, 0x5C);
            SHA256.HashData(message.AsSpan(0, length), outer[BlockSize..]);
            SHA256.HashData(outer, commitment);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    private static void Pad(Span<byte> block, ReadOnlySpan<byte> key, byte pad)
    {
        block.Fill(pad);
        for (var i = 0; i < key.Length; i++)
        {
            block[i] ^= key[i];
        }
    }
}
