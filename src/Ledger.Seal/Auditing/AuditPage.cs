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
internal sealed record AuditPart(long First, long End, bool IsLast, List<AuditLeaf> Leaves, Dictionary<long, byte[]> Tiles)
{
    /// <summary>The hash that the tiles have of a leaf; empty where one is missing or too short.</summary>
    public ReadOnlyMemory<byte> HashOf(long leaf)
    {
        var at = (int)(leaf % TileId.Width) * MerkleTree.HashSize;
        return Tiles.TryGetValue(leaf / TileId.Width, out var tile) && tile.Length >= at + MerkleTree.HashSize ? tile.AsMemory(at, MerkleTree.HashSize) : default;
    }
}

/// <summary>A part of the tree, and the events up to its last leaf.</summary>
/// <param name="Part">The part.</param>
/// <param name="Paired">The event of each leaf, in the log or in the archive of compactions; null where there is none.</param>
/// <param name="Inserted">The events that no leaf has.</param>
/// <param name="Until">The number of the last leaf's event, or of the last event looked for.</param>
internal sealed record AuditPage(AuditPart Part, AuditRow?[] Paired, List<AuditRow> Inserted, long Until)
{
    public long End => Part.End;

    public bool IsLast => Part.IsLast;

    public List<AuditLeaf> Leaves => Part.Leaves;
}
