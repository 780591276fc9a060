using Ledger.Seal.Trees;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Trees;

/// <summary>Trees of tiles have the roots and proofs of RFC 6962 at every size, however they were extended.</summary>
public sealed class TileTreeTests
{
    private static readonly byte[][] Leaves = [.. Enumerable.Range(0, 66_100).Select(i => MerkleTree.HashLeaf(BitConverter.GetBytes(i)))];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(66_100)]
    public void Proofs_AtASize_AreThoseOfTheRfc(int size)
    {
        var leaves = Leaves.AsSpan(0, size);
        var tree = TileSamples.Tree(Leaves.Take(size));
        var root = NaiveTree.Root(leaves);
        tree.Root(size).ShouldBe(root);
        foreach (var index in new[] { 0, 1, size / 3, size / 2, size - 2, size - 1 }.Where(i => i >= 0 && i < size))
        {
            var proof = tree.Inclusion(index, size);
            proof.ShouldBe(NaiveTree.Path(index, leaves));
            MerkleTree.Includes(index, size, leaves[index], proof, root).ShouldBeTrue();
            if (index > 0)
            {
                var consistency = tree.Consistency(index, size);
                consistency.ShouldBe(NaiveTree.Proof(index, leaves));
                MerkleTree.Extends(index, size, NaiveTree.Root(leaves[..index]), root, consistency).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public void Edge_BegunAgainAtAnySize_GoesOnTheSame()
    {
        var tiles = new Dictionary<TileId, ReadOnlyMemory<byte>>();
        var steps = new Random(7);
        for (var size = 0; size < Leaves.Length;)
        {
            var edge = new TileEdge(size, id => tiles.TryGetValue(id, out var tile) ? tile : default);
            var until = Math.Min(Leaves.Length, size + 1 + (steps.Next(4) == 0 ? steps.Next(10_000) : steps.Next(300)));
            for (; size < until; size++)
            {
                edge.Add(Leaves[size]);
            }

            foreach (var (id, hashes) in TileSamples.Tiles(edge))
            {
                tiles[id] = hashes;
            }
        }

        TileSamples.Of(tiles).Root(Leaves.Length).ShouldBe(NaiveTree.Root(Leaves));
        tiles.Keys.Count(id => id.Level == 0).ShouldBe(259);
        tiles.Keys.Count(id => id.Level == 1).ShouldBe(2);
        tiles.Keys.Count(id => id.Level == 2).ShouldBe(1);
    }

    [Fact]
    public void Widths_Of70000_AreThoseOfTheSpecification()
    {
        Enumerable.Range(0, 4).Select(level => Enumerable.Range(0, 400).Count(i => new TileId(level, i).WidthIn(70_000) == 256)).ShouldBe([273, 1, 0, 0]);
        new TileId(0, 273).WidthIn(70_000).ShouldBe(112);
        new TileId(1, 1).WidthIn(70_000).ShouldBe(17);
        new TileId(2, 0).WidthIn(70_000).ShouldBe(1);
        new TileId(1, 0).WidthIn(256).ShouldBe(1);
    }

    [Theory]
    [InlineData(0, 256, "000")]
    [InlineData(67, 3, "067.p/3")]
    [InlineData(1_234_067, 256, "x001/x234/067")]
    public void Path_OfATile_IsThatOfTheSpecification(long index, int width, string path)
    {
        (TilePath.Of(index) + TilePath.Partial(width)).ShouldBe(path);
        TilePath.Parse(path).ShouldBe((index, width));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("0067")]
    [InlineData("x000/067")]
    [InlineData("001/067")]
    [InlineData("067.p/0")]
    [InlineData("067.p/256")]
    [InlineData("067.p/03")]
    [InlineData("067/")]
    public void Path_Otherwise_IsNone(string path) => TilePath.Parse(path).ShouldBeNull();
}
