using Ledger.Seal.Entries;

namespace Ledger.Seal.Auditing;

/// <summary>An event beside its leaf; one of the two may be missing.</summary>
internal sealed class AuditRow
{
    /// <summary>A leaf without an event.</summary>
    public AuditRow(AuditLeaf leaf, ReadOnlyMemory<byte> hash) => (Leaf, Hash) = (leaf, hash);

    /// <summary>An event without a leaf.</summary>
    public AuditRow(EventColumns columns) => Columns = columns;

    /// <summary>An event with its leaf.</summary>
    /// <param name="raw">The event.</param>
    /// <param name="leaf">Its leaf.</param>
    /// <param name="hash">The hash that the tree has; empty where it has none.</param>
    /// <param name="masked">What the event that masked it commits to; null if none did.</param>
    public AuditRow(RawEvent raw, AuditLeaf leaf, ReadOnlyMemory<byte> hash, MaskedContent? masked)
        : this(leaf, hash)
    {
        Span<byte> sums = stackalloc byte[ColumnSums.Bytes];
        if (leaf.Salts is { Data: { } data, Headers: { } headers } && !raw.IsFork)
        {
            Span<byte> computed = stackalloc byte[MerkleTree.HashSize];
            raw.Hash(data, headers, computed, sums);
            if (computed.SequenceEqual(hash.Span) && sums.SequenceEqual(leaf.Checksums))
            {
                // Nearly all are: of these nothing is kept.
                IsAsSealed = true;
                return;
            }

            (Columns, Computed) = (raw.ToColumns(), computed.ToArray());
        }
        else
        {
            Columns = raw.ToColumns();
            var entry = Columns.ToEntry(leaf.Salts);
            Computed = EntryWriter.HashLeaf(entry);
            Columns.WriteChecksums(entry, sums);
            Fork = entry.Fork;
        }

        Changed = ChangedBy(sums, leaf.Checksums);
        IsAsSealed = Changed.Count == 0 && sums.SequenceEqual(leaf.Checksums) && Computed.AsSpan().SequenceEqual(hash.Span);
        if (leaf.Salts.IsErased)
        {
            Masked = masked?.Fits(Columns, leaf.Salts) == true ? masked : null;
            IsBlank = Columns.IsBlank && leaf.Salts.Headers is not null;
        }

        if (IsAsSealed)
        {
            DropPayload();
        }
    }

    /// <summary>The event; null where there is none, and where it is as sealed and there is nothing to say of it.</summary>
    public EventColumns? Columns { get; private set; }

    public AuditLeaf? Leaf { get; }

    /// <summary>The hash that the tree has; empty where it has none.</summary>
    public ReadOnlyMemory<byte> Hash { get; }

    /// <summary>The hash that the event has; null where it is as sealed.</summary>
    public byte[]? Computed { get; }

    /// <summary>The columns whose checksums have changed.</summary>
    public IReadOnlyList<string> Changed { get; } = [];

    public bool IsAsSealed { get; }

    /// <summary>The prefix that the event names, of the first event of a branch.</summary>
    public SealFork? Fork { get; }

    /// <summary>The stream that a compaction took the event out of, of an event in the archive of compactions; null for one of the log.</summary>
    public string? ArchivedFrom { get; init; }

    /// <summary>What the event that masked it commits to, if the payload is as that left it.</summary>
    public MaskedContent? Masked { get; }

    /// <summary>Whether the payload says nothing, once its salt is gone.</summary>
    public bool IsBlank { get; }

    /// <summary>How many bytes its payload keeps.</summary>
    public long PayloadBytes => Columns is null ? 0 : Columns.Data.Length + (Columns.BinaryData?.Length ?? 0) + (Columns.Headers?.Length ?? 0);

    /// <summary>Keeps what a sentence says of it.</summary>
    public void DropPayload() => Columns = Columns is null ? null : Columns with { Data = [], BinaryData = null, Headers = null };

    /// <summary>Whether an event was sealed at the place of this row.</summary>
    public bool IsPlaceOf(EventColumns other) => Leaf is not null && !Hash.IsEmpty && other.HasIdOf(Leaf.Checksums)
        && MerkleTree.HashLeaf((other with { Sequence = Leaf.Sequence }).ToEntry(Leaf.Salts).Encode()).AsSpan().SequenceEqual(Hash.Span);

    private static List<string> ChangedBy(ReadOnlySpan<byte> sums, byte[] before)
    {
        if (before.Length != sums.Length)
        {
            return [];
        }

        var changed = new List<string>();
        for (var i = 0; i < EventColumns.Names.Length; i++)
        {
            if (ColumnSums.Get(sums, i) != ColumnSums.Get(before, i))
            {
                changed.Add(EventColumns.Names[i]);
            }
        }

        return changed;
    }
}
