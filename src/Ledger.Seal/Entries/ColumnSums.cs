using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Ledger.Seal.Entries;

/// <summary>Two bytes for each column, by which an audit can name the one that has changed. They prove nothing.</summary>
internal static class ColumnSums
{
    /// <summary>How many bytes an event has of them.</summary>
    public const int Bytes = 2 * RawEvent.Columns;

    private const int ShortText = 256;

    public static void Set(Span<byte> sums, int column, uint sum) => BinaryPrimitives.WriteUInt16LittleEndian(sums[(2 * column)..], Fold(sum));

    public static ushort Get(ReadOnlySpan<byte> sums, int column) => BinaryPrimitives.ReadUInt16LittleEndian(sums[(2 * column)..]);

    public static ushort Fold(uint sum) => (ushort)(sum ^ (sum >> 16));

    public static uint OfNumber(long number) => BitOperations.Crc32C(uint.MaxValue, (ulong)number);

    public static uint OfId(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return OfBytes(bytes);
    }

    public static uint OfText(string? text) => text is null ? 0 : OfText(text.AsSpan());

    /// <summary>The sum of a text in UTF-8: of its characters, as of a string.</summary>
    public static uint OfText(ReadOnlySpan<byte> text)
    {
        if (text.Length <= ShortText)
        {
            Span<char> characters = stackalloc char[ShortText];
            return OfText(characters[..Encoding.UTF8.GetChars(text, characters)]);
        }

        var rented = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            return OfText(rented.AsSpan(0, Encoding.UTF8.GetChars(text, rented)));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    public static uint OfBytes(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var one in bytes)
        {
            sum = BitOperations.Crc32C(sum, one);
        }

        return sum;
    }

    private static uint OfText(ReadOnlySpan<char> text) => ~OfBytes(MemoryMarshal.AsBytes(text));
}
