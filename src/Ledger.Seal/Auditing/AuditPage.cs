using Ledger.Seal.Entries;

namespace Ledger.Seal.Auditing;

/// <summary>A leaf as its row has it.</summary>
internal sealed record AuditLeaf(long Leaf, long Sequence, EntrySalts Salts, byte[] Checksums);

/// <summary>Leaves, the hashes that the tiles have for them, and the first events up to the last leaf.</summary>
/// <param name="Leaves">The leaves, in order.</param>
/// <param name="Hashes">Their hashes; null where a tile is missing.</param>
/// <param name="Events">Events after those of the page before.</param>
/// <param name="Until">The number of the last leaf's event, or of the last event looked for.</param>
/// <param name="IsWhole">Whether these are all events up to there.</param>
internal sealed record AuditPage(List<AuditLeaf> Leaves, List<byte[]?> Hashes, List<EventColumns> Events, long Until, bool IsWhole)
{
    /// <summary>The events that were masked, as the events that say so describe them, by number.</summary>
    public Dictionary<long, MaskedContent> Masked { get; init; } = [];
}

/// <summary>An event beside its leaf; one of the two may be missing.</summary>
internal sealed class AuditRow(EventColumns? columns, AuditLeaf? leaf, byte[]? hash)
{
    public EventColumns? Columns => columns;

    public AuditLeaf? Leaf => leaf;

    /// <summary>The hash that the tree has.</summary>
    public byte[]? Hash => hash;

    /// <summary>The hash that the event has.</summary>
    public byte[]? Computed { get; private set; }

    /// <summary>The columns whose checksums have changed.</summary>
    public IReadOnlyList<string> Changed { get; private set; } = [];

    public bool IsAsSealed => Computed is not null && hash is not null && Changed.Count == 0 && Computed.AsSpan().SequenceEqual(hash);

    public void Compute()
    {
        if (columns is null || leaf is null)
        {
            return;
        }

        var entry = columns.ToEntry(leaf.Salts);
        Computed = MerkleTree.HashLeaf(entry.Encode());
        var sums = columns.Checksums(entry);
        if (!sums.AsSpan().SequenceEqual(leaf.Checksums))
        {
            Changed = leaf.Checksums.Length == sums.Length
                ? [.. EventColumns.Names.Where((_, i) => sums[2 * i] != leaf.Checksums[2 * i] || sums[(2 * i) + 1] != leaf.Checksums[(2 * i) + 1])]
                : [];
        }
    }

    /// <summary>Whether an event was sealed at the place of this row.</summary>
    public bool IsPlaceOf(EventColumns other) => leaf is not null && hash is not null && other.HasIdOf(leaf.Checksums)
        && MerkleTree.HashLeaf((other with { Sequence = leaf.Sequence }).ToEntry(leaf.Salts).Encode()).AsSpan().SequenceEqual(hash);
}
