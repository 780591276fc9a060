using System.Numerics;

namespace Ledger.Seal.Trees;

/// <summary>Roots and proofs from tiles.</summary>
/// <remarks>Keeps the hashes that it computes, which proofs of neighbours share. Not safe for concurrent use.</remarks>
internal sealed class TileTree
{
    private static readonly byte[] Unknown = new byte[MerkleTree.HashSize];

    private readonly Func<TileId, ReadOnlyMemory<byte>>? _tile;
    private readonly Action<TileId>? _need;
    private readonly Dictionary<(long Low, long High), byte[]> _hashes = [];

    /// <param name="tile">The content of a tile, at least as far as the tree reaches.</param>
    public TileTree(Func<TileId, ReadOnlyMemory<byte>> tile) => _tile = tile;

    private TileTree(Action<TileId> need) => _need = need;

    /// <summary>The tiles that a question reads.</summary>
    public static HashSet<TileId> Needs(Action<TileTree> question)
    {
        var needed = new HashSet<TileId>();
        question(new TileTree(id => { needed.Add(id); }));
        return needed;
    }

    public byte[] Root(long size) => size == 0 ? MerkleTree.EmptyRoot : Hash(0, size);

    /// <summary>PATH(index, D[size]) of RFC 6962.</summary>
    public List<byte[]> Inclusion(long index, long size)
    {
        var proof = new List<byte[]>();
        var (low, high) = (0L, size);
        while (high - low > 1)
        {
            var middle = low + Split(high - low);
            if (index < middle)
            {
                proof.Add(Hash(middle, high));
                high = middle;
            }
            else
            {
                proof.Add(Hash(low, middle));
                low = middle;
            }
        }

        proof.Reverse();
        return proof;
    }

    /// <summary>PROOF(earlier, D[later]) of RFC 6962.</summary>
    public List<byte[]> Consistency(long earlier, long later)
    {
        var proof = new List<byte[]>();
        if (earlier == 0 || earlier == later)
        {
            return proof;
        }

        // SUBPROOF: while the earlier tree is on the left edge, its own root is known to the verifier.
        var (low, high, isKnown) = (0L, later, true);
        while (earlier < high)
        {
            var middle = low + Split(high - low);
            if (earlier <= middle)
            {
                proof.Add(Hash(middle, high));
                high = middle;
            }
            else
            {
                proof.Add(Hash(low, middle));
                (low, isKnown) = (middle, false);
            }
        }

        if (!isKnown)
        {
            proof.Add(Hash(low, high));
        }

        proof.Reverse();
        return proof;
    }

    // The largest power of two below a number.
    private static long Split(long count) => (long)BitOperations.RoundUpToPowerOf2((ulong)count) >> 1;

    private byte[] Hash(long low, long high)
    {
        if (!_hashes.TryGetValue((low, high), out var hash))
        {
            _hashes[(low, high)] = hash = Compute(low, high);
        }

        return hash;
    }

    private byte[] Compute(long low, long high)
    {
        var count = high - low;
        if (!BitOperations.IsPow2(count))
        {
            var middle = low + Split(count);
            var (left, right) = (Hash(low, middle), Hash(middle, high));
            return _tile is null ? Unknown : MerkleTree.HashNode(left, right);
        }

        var bits = BitOperations.Log2((ulong)count);
        var (level, hashes) = (bits / 8, 1 << (bits % 8));
        var first = low >> (8 * level);
        var id = new TileId(level, first / TileId.Width);
        if (_tile is null)
        {
            _need!(id);
            return Unknown;
        }

        var content = _tile(id).Span;
        return MerkleTree.HashPerfect(content.Slice((int)(first % TileId.Width) * MerkleTree.HashSize, hashes * MerkleTree.HashSize));
    }
}
