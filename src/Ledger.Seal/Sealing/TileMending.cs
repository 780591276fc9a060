using System.Numerics;
using Ledger.Postgres.Log;
using Ledger.Seal.Trees;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Seal.Sealing;

/// <summary>The tiles from a checkpoint down to leaves, where hashes do not lead to its root: finds those that were changed, and builds them again from what is below.</summary>
/// <remarks>
/// A tile has the hashes of 256 leaves, or of 256 tiles, so one that was changed would make each of these look changed. From the root down each tile is compared with its
/// hash in the one above; what does not fit is built from the tiles or events below, and is right if that fits.
/// </remarks>
internal sealed class TileMending(SealReading reading, NpgsqlConnection connection, Checkpoint head)
{
    // Of how many hashes that differ each may be the one of the tile or the one from below.
    private const int MostDoubts = 10;

    private readonly Dictionary<TileId, byte[]> _right = [];
    private readonly Dictionary<TileId, byte[]?> _stored = [];

    private readonly List<TileId> _damaged = [];

    /// <summary>A tile in the way of a leaf, of which the hash was asked for, that was changed or is missing; null for none.</summary>
    public TileId? FindDamaged(long leaf) => _damaged.Count == 0 ? null
        : _damaged.Where(tile => leaf >> (8 * (tile.Level + 1)) == tile.Index).Append(_damaged[0]).First();

    /// <summary>The hash of a leaf that leads to the root.</summary>
    /// <exception cref="SealBrokenException">What is below a changed tile does not lead to the root either.</exception>
    public async Task<ReadOnlyMemory<byte>> FindLeafAsync(long leaf, CancellationToken cancellationToken)
    {
        if (_right.Count == 0)
        {
            await MendEdgeAsync(cancellationToken).ConfigureAwait(false);
        }

        // Up to a tile that is known to be right, and down again.
        var level = 0;
        while (!_right.ContainsKey(IdOf(level)))
        {
            level++;
        }

        for (level--; level >= 0; level--)
        {
            var (id, above) = (IdOf(level), IdOf(level + 1));
            var hash = HashAt(_right[above], id.Index % TileId.Width);
            var stored = await ReadAsync(id, cancellationToken).ConfigureAwait(false);
            if (stored is { Length: TileId.FullBytes } && MerkleTree.HashPerfect(stored).AsSpan().SequenceEqual(hash.Span))
            {
                _right[id] = stored;
                continue;
            }

            var built = await BuildAsync(id, TileId.Width, cancellationToken).ConfigureAwait(false);
            _right[id] = Choose(stored, built, tile => MerkleTree.HashPerfect(tile).AsSpan().SequenceEqual(hash.Span)) ?? throw SealBrokenException.OfChangedTile(id);
            _damaged.Add(id);
        }

        return HashAt(_right[IdOf(0)], leaf % TileId.Width);

        TileId IdOf(int at) => new(at, leaf >> (8 * (at + 1)));
    }

    // The tiles at which the tree of the checkpoint ends: the root is over them alone.
    private async Task MendEdgeAsync(CancellationToken cancellationToken)
    {
        var ids = TileEdge.Of(head.Size).Where(id => id.WidthIn(head.Size) > 0).ToList();
        var (right, doubts) = (new Dictionary<TileId, byte[]>(), new List<(TileId Id, byte[] Built)>());
        foreach (var id in ids)
        {
            var length = id.WidthIn(head.Size) * MerkleTree.HashSize;
            right[id] = await ReadAsync(id, cancellationToken).ConfigureAwait(false) is { } stored && stored.Length >= length ? stored[..length] : new byte[length];
        }

        if (!LeadsToRoot())
        {
            foreach (var id in ids)
            {
                var built = Filled(await BuildAsync(id, id.WidthIn(head.Size), cancellationToken).ConfigureAwait(false), right[id]);
                if (!built.AsSpan().SequenceEqual(right[id]))
                {
                    doubts.Add((id, built));
                }
            }

            var stored = right.ToDictionary();
            var found = Enumerable.Range(1, (1 << doubts.Count) - 1).OrderBy(set => BitOperations.PopCount((uint)set)).FirstOrDefault(set =>
            {
                for (var i = 0; i < doubts.Count; i++)
                {
                    right[doubts[i].Id] = (set & (1 << i)) != 0 ? doubts[i].Built : stored[doubts[i].Id];
                }

                return LeadsToRoot();
            });
            if (found == 0)
            {
                throw SealBrokenException.OfChangedTile(doubts.Count > 0 ? doubts[0].Id : ids[0]);
            }

            _damaged.AddRange(doubts.Where((_, i) => (found & (1 << i)) != 0).Select(doubt => doubt.Id));
        }

        foreach (var (id, tile) in right)
        {
            _right[id] = tile;
        }

        bool LeadsToRoot() => new TileTree(id => right[id]).Root(head.Size).AsSpan().SequenceEqual(head.Root.Span);
    }

    // The hashes of a tile from what is below it; null where that is gone.
    private async Task<byte[]?[]> BuildAsync(TileId id, int width, CancellationToken cancellationToken)
    {
        var (built, first) = (new byte[]?[width], id.Index * TileId.Width);
        if (id.Level > 0)
        {
            var below = await reading.ReadTilesAsync(connection, [.. Enumerable.Range(0, width).Select(i => new TileId(id.Level - 1, first + i))], cancellationToken).ConfigureAwait(false);
            foreach (var (child, hashes) in below)
            {
                built[child.Index - first] = hashes.Length == TileId.FullBytes ? MerkleTree.HashPerfect(hashes) : null;
            }

            return built;
        }

        var leaves = await reading.ListAsync(
            connection,
            "sealed_entries",
            p => p.With(first, NpgsqlDbType.Bigint).With(first + width, NpgsqlDbType.Bigint),
            reader => (Leaf: reader.GetInt64(SealRow.Leaf), Hash: SealRow.HashOf(SealRow.Event(reader), SealRow.Salts(reader, SealRow.Leaf + 1))),
            cancellationToken).ConfigureAwait(false);
        foreach (var (leaf, hash) in leaves)
        {
            built[leaf - first] = hash;
        }

        return built;
    }

    // What is below a changed tile may have been changed too: of a few hashes that differ each is tried.
    private static byte[]? Choose(byte[]? stored, byte[]?[] built, Func<byte[], bool> fits)
    {
        var whole = stored is { Length: TileId.FullBytes } ? stored : new byte[TileId.FullBytes];
        var tile = Filled(built, whole);
        if (fits(tile))
        {
            return tile;
        }

        var doubts = Enumerable.Range(0, built.Length).Where(i => !HashAt(tile, i).Span.SequenceEqual(HashAt(whole, i).Span)).ToList();
        if (doubts.Count > MostDoubts)
        {
            return null;
        }

        for (var set = 1; set < 1 << doubts.Count; set++)
        {
            var mixed = whole.ToArray();
            for (var i = 0; i < doubts.Count; i++)
            {
                if ((set & (1 << i)) != 0)
                {
                    HashAt(tile, doubts[i]).CopyTo(mixed.AsMemory(doubts[i] * MerkleTree.HashSize));
                }
            }

            if (fits(mixed))
            {
                return mixed;
            }
        }

        return null;
    }

    private static byte[] Filled(byte[]?[] built, byte[] stored)
    {
        var tile = stored.ToArray();
        for (var i = 0; i < built.Length; i++)
        {
            built[i]?.CopyTo(tile, i * MerkleTree.HashSize);
        }

        return tile;
    }

    private static ReadOnlyMemory<byte> HashAt(byte[] tile, long at) => tile.AsMemory((int)at * MerkleTree.HashSize, MerkleTree.HashSize);

    private async Task<byte[]?> ReadAsync(TileId id, CancellationToken cancellationToken)
    {
        if (!_stored.TryGetValue(id, out var tile))
        {
            _stored[id] = tile = (await reading.ReadTilesAsync(connection, [id], cancellationToken).ConfigureAwait(false)).GetValueOrDefault(id);
        }

        return tile;
    }
}
