using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Ledger.Records;

/// <summary>A digest of the events about a record, regardless of order: those in the log minus those in the index. The default value means no difference.</summary>
/// <param name="Sum">The sum of their SHA-256 hashes, each cut to its first half.</param>
internal readonly record struct HistoryDigest(UInt128 Sum)
{
    public HistoryDigest With(RecordChange change) => new(unchecked(Sum + DigestOf(change)));

    public HistoryDigest Without(RecordChange change) => new(unchecked(Sum - DigestOf(change)));

    private static UInt128 DigestOf(RecordChange change)
    {
        Span<byte> text = stackalloc byte[sizeof(long) + 1];
        BinaryPrimitives.WriteInt64LittleEndian(text, change.Version);
        text[^1] = change.IsApplied ? (byte)1 : (byte)0;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
