namespace Ledger.Seal.Trees;

/// <summary>The right edge of a tree, at which it grows: the last tile of each level, as far as it has hashes.</summary>
internal sealed class TileEdge
{
    private readonly List<Level> _levels = [];
    private readonly Dictionary<TileId, byte[]> _full = [];

    /// <summary>Begins where a tree ends.</summary>
    /// <param name="size">The size of the tree.</param>
    /// <param name="tile">The tiles of its edge.</param>
    public TileEdge(long size, Func<TileId, ReadOnlyMemory<byte>> tile)
    {
        Size = size;
        foreach (var id in Of(size))
        {
            _levels.Add(new Level(id.Index, tile(id).Span, id.WidthIn(size)));
        }
    }

    /// <summary>How many leaves the tree has.</summary>
    public long Size { get; private set; }

    /// <summary>The last tile of each level of a tree; it is empty where a level has just filled its tile.</summary>
    public static IEnumerable<TileId> Of(long size)
    {
        for (var level = 0; size >> (8 * level) is var hashes && hashes > 0; level++)
        {
            yield return new TileId(level, hashes / TileId.Width);
        }
    }

    /// <summary>Adds a leaf.</summary>
    public void Add(ReadOnlySpan<byte> leaf)
    {
        Add(0, leaf);
        Size++;
    }

    /// <summary>The root of the tree as it is.</summary>
    public byte[] Root()
    {
        var edge = Partial().ToDictionary();
        return new TileTree(id => edge[id]).Root(Size);
    }

    /// <summary>The tiles that have been filled since the last call; each is final.</summary>
    public IReadOnlyDictionary<TileId, byte[]> TakeFull()
    {
        var taken = new Dictionary<TileId, byte[]>(_full);
        _full.Clear();
        return taken;
    }

    /// <summary>The tiles of the edge that have hashes; they grow.</summary>
    public IEnumerable<KeyValuePair<TileId, ReadOnlyMemory<byte>>> Partial() => _levels
        .Select((level, at) => KeyValuePair.Create(new TileId(at, level.Index), level.Content))
        .Where(pair => !pair.Value.IsEmpty);

    private void Add(int at, ReadOnlySpan<byte> hash)
    {
        if (at == _levels.Count)
        {
            _levels.Add(new Level(0, [], 0));
        }

        var level = _levels[at];
        if (level.Add(hash))
        {
            var full = level.Content.ToArray();
            _full[new TileId(at, level.Index)] = full;
            level.Begin();
            Add(at + 1, MerkleTree.HashPerfect(full));
        }
    }

    private sealed class Level
    {
        private readonly byte[] _bytes = new byte[TileId.FullBytes];
        private int _length;

        public Level(long index, ReadOnlySpan<byte> tile, int width)
        {
            Index = index;
            _length = width * MerkleTree.HashSize;
            tile[.._length].CopyTo(_bytes);
        }

        public long Index { get; private set; }

        public ReadOnlyMemory<byte> Content => _bytes.AsMemory(0, _length);

        public bool Add(ReadOnlySpan<byte> hash)
        {
            hash.CopyTo(_bytes.AsSpan(_length));
            _length += MerkleTree.HashSize;
            return _length == _bytes.Length;
        }

        public void Begin() => (Index, _length) = (Index + 1, 0);
    }
}
