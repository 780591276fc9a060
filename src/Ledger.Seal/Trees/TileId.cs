namespace Ledger.Seal.Trees;

/// <summary>The place of a tile: 256 hashes of a level, of which level 0 has those of the leaves.</summary>
/// <remarks>https://c2sp.org/tlog-tiles</remarks>
internal readonly record struct TileId(int Level, long Index)
{
    /// <summary>How many hashes a full tile has.</summary>
    public const int Width = 256;

    /// <summary>The length of a full tile.</summary>
    public const int FullBytes = Width * MerkleTree.HashSize;

    /// <summary>How many hashes the tile has in a tree of a size; 0 if the tree has no such tile.</summary>
    public int WidthIn(long size)
    {
        var hashes = Level >= 8 ? 0 : size >> (8 * Level);

        // An index that is asked for may be any number, whose product would overflow.
        return Index < 0 || Index > hashes / Width ? 0 : (int)Math.Min(hashes - (Index * Width), Width);
    }

    /// <summary>The path below the log's address, such as <c>tile/0/x001/067</c>.</summary>
    public string PathOf(int width) => $"tile/{Level}/{TilePath.Of(Index)}{TilePath.Partial(width)}";
}
