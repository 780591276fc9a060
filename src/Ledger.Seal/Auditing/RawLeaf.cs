using System.Buffers.Binary;
using Ledger.Seal.Entries;

namespace Ledger.Seal.Auditing;

/// <summary>Reads leaves from the bytes of their rows.</summary>
internal static class RawLeaf
{
    /// <summary>Reads a row of <c>audit_leaves.sql</c>.</summary>
    public static AuditLeaf Read(ReadOnlySpan<byte> row)
    {
        var (leaf, sequence) = (Number(ref row), Number(ref row));
        var (data, headers) = (Bytes(ref row), Bytes(ref row));
        var (erasedData, erasedBinary, checksums) = (Bytes(ref row), Bytes(ref row), Bytes(ref row));
        return new AuditLeaf(
            leaf,
            sequence,
            new EntrySalts { Data = data, Headers = headers, ErasedData = erasedData ?? [], ErasedBinaryData = erasedBinary ?? [], ErasedHeaders = Bytes(ref row) ?? [] },
            checksums ?? []);
    }

    private static long Number(ref ReadOnlySpan<byte> row)
    {
        // No leaf has this one: the table allows no null.
        var isNull = BinaryPrimitives.ReadInt32BigEndian(row) < 0;
        var number = isNull ? long.MinValue : BinaryPrimitives.ReadInt64BigEndian(row[4..]);
        row = row[(isNull ? 4 : 12)..];
        return number;
    }

    private static byte[]? Bytes(ref ReadOnlySpan<byte> row)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(row);
        var bytes = length < 0 ? null : row.Slice(4, length).ToArray();
        row = row[(4 + Math.Max(length, 0))..];
        return bytes;
    }
}
