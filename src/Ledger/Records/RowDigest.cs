using System.Security.Cryptography;
using System.Text;

namespace Ledger.Records;

/// <summary>The expected row, as a digest.</summary>
/// <param name="Ordinal">Its place in the order of first insertion.</param>
/// <param name="Seq">The seq of the event that changed it last.</param>
/// <param name="Content">The SHA-256 of everything else in it.</param>
/// <param name="Deleted">The digest of the row after a delete.</param>
internal readonly record struct RowDigest(long Ordinal, long Seq, UInt128 Content, UInt128 Deleted)
{
    public static RowDigest Of(ChronoRow row)
    {
        var record = row.ToRecord();
        var deleted = record.Status == "tombstone" ? row : ChronoRow.Of(record with { Status = "tombstone" }, row.Ordinal, row.Seq);
        return new RowDigest(row.Ordinal, row.Seq, ContentOf(row), ContentOf(deleted));
    }

    public bool IsOf(ChronoRow row) => Ordinal == row.Ordinal && Seq == row.Seq && Content == ContentOf(row);

    private static UInt128 ContentOf(ChronoRow row)
    {
        var text = $"{row.Record.Text}\n{row.Record.Spelled}\n{row.Id}\n{row.Kind}\n{row.Status}\n{row.Confidence:R}";
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
