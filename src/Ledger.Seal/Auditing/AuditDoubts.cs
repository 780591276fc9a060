using Ledger.Seal.Trees;
using Npgsql;

namespace Ledger.Seal.Auditing;

/// <summary>Events that fit their checksums and not the hash that their tile has: the hash was changed, or the event, with checksums that are the same.</summary>
/// <remarks>One change in 65,536 leaves a checksum as it was by chance, and who looks for such a change finds one. The tile above tells which of the two it is, or the next checkpoint.</remarks>
internal sealed class AuditDoubts
{
    private readonly AuditPart _part;
    private readonly Dictionary<TileId, byte[]> _above;
    private readonly Dictionary<long, byte[]> _computed;
    private readonly Dictionary<long, int> _counts;
    private readonly Dictionary<long, bool?> _byTile = [];
    private bool? _byCheckpoint;
    private long _until;

    private AuditDoubts(AuditPart part, Dictionary<long, byte[]> computed, Dictionary<TileId, byte[]> above)
    {
        (_part, _computed, _above) = (part, computed, above);
        _counts = computed.Keys.CountBy(leaf => leaf / TileId.Width).ToDictionary();
    }

    /// <summary>Finds those of a page, and reads the tiles above theirs.</summary>
    public static async Task<AuditDoubts> OfAsync(AuditReader reader, NpgsqlConnection connection, AuditPage page, CancellationToken cancellationToken)
    {
        var computed = page.Paired
            .Where(row => row is { IsAsSealed: false, Changed.Count: 0, Computed: not null, Hash.IsEmpty: false } && !row.Computed.AsSpan().SequenceEqual(row.Hash.Span))
            .ToDictionary(row => row!.Leaf!.Leaf, row => row!.Computed!);
        List<TileId> above = [.. computed.Keys.Select(Above).Distinct()];
        return new AuditDoubts(
            page.Part, computed, above.Count == 0 ? [] : await reader.ReadTilesAsync(connection, above, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Whether a leaf has one.</summary>
    public bool Has(long leaf) => _computed.ContainsKey(leaf);

    /// <summary>Whether another leaf of its tile has one too.</summary>
    public bool HasOthers(long leaf) => _counts.GetValueOrDefault(leaf / TileId.Width) > (Has(leaf) ? 1 : 0);

    /// <summary>The hash that its tile has of a leaf that has none; empty where the tile has other hashes than several events and nothing shows which of these are right.</summary>
    public ReadOnlyMemory<byte> HashOf(long leaf, AuditTree tree) =>
        _counts.GetValueOrDefault(leaf / TileId.Width) > 1 && IsHashChanged(leaf, tree) is null ? default : _part.HashOf(leaf);

    /// <summary>Whether the hash in the tile was changed, and the event was not; null where that cannot be told.</summary>
    /// <param name="leaf">A leaf of a tile that has some.</param>
    /// <param name="tree">The tree up to the leaf.</param>
    public bool? IsHashChanged(long leaf, AuditTree tree)
    {
        var index = leaf / TileId.Width;
        if (!_byTile.TryGetValue(index, out var byTile))
        {
            _byTile[index] = byTile = AskTileAbove(index);
        }

        if (byTile is null && leaf >= _until)
        {
            (_byCheckpoint, _until) = AskCheckpoint(leaf, tree);
        }

        return byTile ?? _byCheckpoint;
    }

    private static TileId Above(long leaf) => new(1, leaf / TileId.Width / TileId.Width);

    // Only of a full tile the one above has a hash.
    private bool? AskTileAbove(long index)
    {
        var (tile, at) = (_part.Tiles[index], (int)(index % TileId.Width) * MerkleTree.HashSize);
        if (tile.Length != TileId.FullBytes || !_above.TryGetValue(Above(index * TileId.Width), out var above) || above.Length < at + MerkleTree.HashSize)
        {
            return null;
        }

        var hash = above.AsSpan(at, MerkleTree.HashSize);
        if (MerkleTree.HashPerfect(tile).AsSpan().SequenceEqual(hash))
        {
            return false;
        }

        var computed = tile.ToArray();
        for (var i = 0; i < TileId.Width; i++)
        {
            if (_computed.TryGetValue((index * TileId.Width) + i, out var leaf))
            {
                leaf.CopyTo(computed, i * MerkleTree.HashSize);
            }
        }

        return MerkleTree.HashPerfect(computed).AsSpan().SequenceEqual(hash) ? true : null;
    }

    private (bool? IsHashChanged, long Until) AskCheckpoint(long leaf, AuditTree tree)
    {
        if (tree.NextExpected(_part.End) is not { } next)
        {
            return (null, _part.End);
        }

        bool? isHashChanged = tree.LeadsTo(next, _part.HashOf) ? false
            : tree.LeadsTo(next, at => _computed.TryGetValue(at, out var computed) ? computed : _part.HashOf(at)) ? true
            : null;
        return (isHashChanged, Math.Max(next.Size, leaf + 1));
    }
}
