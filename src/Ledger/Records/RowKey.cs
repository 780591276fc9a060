using System.Buffers.Binary;

namespace Ledger.Records;

/// <summary>A row's key as a value.</summary>
internal readonly record struct RowKey(UInt128 First, UInt128 Last)
{
    public static RowKey Of(byte[] key) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(key), BinaryPrimitives.ReadUInt128BigEndian(key.AsSpan(16)));

    public byte[] ToBytes()
    {
        var key = new byte[32];
        BinaryPrimitives.WriteUInt128BigEndian(key, First);
        BinaryPrimitives.WriteUInt128BigEndian(key.AsSpan(16), Last);
        return key;
    }
}
