using Ledger.Seal.Trees;

namespace Ledger.Seal.Tests.Trees;

/// <summary>Trees of tiles in memory, which grow as those of the database do.</summary>
internal static class TileSamples
{
    public static TileEdge Edge(IEnumerable<byte[]> leaves)
    {
        var edge = new TileEdge(0, _ => default);
        foreach (var leaf in leaves)
        {
            edge.Add(leaf);
        }

        return edge;
    }

    public static TileTree Tree(IEnumerable<byte[]> leaves)
    {
        var edge = Edge(leaves);
        return Of(Tiles(edge));
    }

    public static TileTree Of(IReadOnlyDictionary<TileId, ReadOnlyMemory<byte>> tiles) => new(id => tiles[id]);

    public static Dictionary<TileId, ReadOnlyMemory<byte>> Tiles(TileEdge edge)
    {
        var tiles = edge.TakeFull().ToDictionary(t => t.Key, t => (ReadOnlyMemory<byte>)t.Value);
        foreach (var (id, hashes) in edge.Partial())
        {
            tiles[id] = hashes.ToArray();
        }

        return tiles;
    }
}
