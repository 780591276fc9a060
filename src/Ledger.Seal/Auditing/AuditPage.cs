using Ledger.Seal.Entries;
using Ledger.Seal.Trees;

namespace Ledger.Seal.Auditing;

/// <summary>A leaf as its row has it.</summary>
internal sealed record AuditLeaf(long Leaf, long Sequence, EntrySalts Salts, byte[] Checksums);

/// <summary>Leaves of a part of the tree, and the hashes that the tiles have there.</summary>
/// <param name="First">The number of the first leaf of the part.</param>
/// <param name="End">The number after the last leaf of the part.</param>
/// <param name="IsLast">Whether the tree ends there.</param>
/// <param name="Leaves">The leaves that have rows, in order.</param>
/// <param name="Tiles">The tiles of the part; those that are missing are left out.</param>
internal sealed record AuditPart(long First, long End, bool IsLast, List<AuditLeaf> Leaves, Dictionary<long, byte[]> Tiles);

/// <summary>A part of the tree, and the first events up to its last leaf.</summary>
/// <param name="Part">The part.</param>
/// <param name="Events">Events after those of the page before.</param>
/// <param name="After">The number of the last event of the page before.</param>
/// <param name="Until">The number of the last leaf's event, or of the last event looked for.</param>
/// <param name="IsWhole">Whether these are all events up to there.</param>
internal sealed record AuditPage(AuditPart Part, List<EventColumns> Events, long After, long Until, bool IsWhole)
{
    public long End => Part.End;

    public bool IsLast => Part.IsLast;

    public List<AuditLeaf> Leaves => Part.Leaves;

    /// <summary>The events that were masked, as the events that say so describe them, by number.</summary>
    public Dictionary<long, MaskedContent> Masked { get; init; } = [];

    /// <summary>The hash that the tiles have of a leaf; null where one is missing or too short.</summary>
    public byte[]? HashOf(long leaf)
    {
        var at = (int)(leaf % TileId.Width) * MerkleTree.HashSize;
        return Part.Tiles.TryGetValue(leaf / TileId.Width, out var tile) && tile.Length >= at + MerkleTree.HashSize ? tile[at..(at + MerkleTree.HashSize)] : null;
    }
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
        Computed = EntryWriter.HashLeaf(entry);
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
