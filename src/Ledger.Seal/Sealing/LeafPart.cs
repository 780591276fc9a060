using System.Security.Cryptography;
using Ledger.Seal.Entries;

namespace Ledger.Seal.Sealing;

/// <summary>Events as leaves that the tree does not have yet: their numbers, hashes, salts and checksums.</summary>
internal sealed class LeafPart
{
    private LeafPart(int count) => (Sequences, Hashes, Salts, Checksums) = (
        new long[count], new byte[MerkleTree.HashSize * count], RandomNumberGenerator.GetBytes(2 * Commitment.SaltSize * count), new byte[ColumnSums.Bytes * count]);

    public long[] Sequences { get; }

    public byte[] Hashes { get; }

    /// <summary>The salt of the payload and that of the headers, for each event.</summary>
    public byte[] Salts { get; }

    public byte[] Checksums { get; }

    /// <summary>The bytes that the rows had.</summary>
    public long RowBytes { get; private init; }

    /// <summary>Computes the leaves of rows, and disposes of these.</summary>
    public static LeafPart Of(RowCopy.RowPart rows)
    {
        using (rows)
        {
            var part = new LeafPart(rows.Count) { RowBytes = rows.Length };
            for (var i = 0; i < rows.Count; i++)
            {
                part.Set(i, new RawEvent(rows.Row(i)));
            }

            return part;
        }
    }

    /// <summary>Parts as one.</summary>
    public static LeafPart Join(IReadOnlyList<LeafPart> parts)
    {
        if (parts is [var only])
        {
            return only;
        }

        var (joined, at) = (new LeafPart(parts.Sum(part => part.Sequences.Length)) { RowBytes = parts.Sum(part => part.RowBytes) }, 0);
        foreach (var part in parts)
        {
            part.Sequences.CopyTo(joined.Sequences, at);
            part.Hashes.CopyTo(joined.Hashes, at * MerkleTree.HashSize);
            part.Salts.CopyTo(joined.Salts, at * 2 * Commitment.SaltSize);
            part.Checksums.CopyTo(joined.Checksums, at * ColumnSums.Bytes);
            at += part.Sequences.Length;
        }

        return joined;
    }

    private void Set(int i, RawEvent raw)
    {
        var hash = Hashes.AsSpan(MerkleTree.HashSize * i, MerkleTree.HashSize);
        var data = Salts.AsSpan(2 * Commitment.SaltSize * i, Commitment.SaltSize);
        var headers = Salts.AsSpan((2 * Commitment.SaltSize * i) + Commitment.SaltSize, Commitment.SaltSize);
        var sums = Checksums.AsSpan(ColumnSums.Bytes * i, ColumnSums.Bytes);
        Sequences[i] = raw.Sequence;
        if (!raw.IsFork)
        {
            raw.Hash(data, headers, hash, sums);
            return;
        }

        var columns = raw.ToColumns();
        var entry = columns.ToEntry(new EntrySalts { Data = data.ToArray(), Headers = headers.ToArray() });
        EntryWriter.HashLeaf(entry).CopyTo(hash);
        columns.WriteChecksums(entry, sums);
    }
}
