using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Trees;

/// <summary>The vectors of the reference implementation of RFC 6962: https://github.com/google/certificate-transparency, merkletree/merkle_tree_test.cc.</summary>
public sealed class MerkleTreeTests
{
    private static readonly byte[][] Entries =
        [.. new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" }.Select(Convert.FromHexString)];

    private static readonly string[] Roots =
    [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    [Fact]
    public void Root_OfReferenceEntries_IsTheirs()
    {
        byte[][] leaves = [.. Entries.Select(e => MerkleTree.HashLeaf(e))];

        for (var size = 0; size <= leaves.Length; size++)
        {
            Convert.ToHexStringLower(NaiveTree.Root(leaves.AsSpan(0, size))).ShouldBe(Roots[size]);
            Convert.ToHexStringLower(TileSamples.Edge(leaves[..size]).Root()).ShouldBe(Roots[size]);
        }
    }

    [Theory]
    [InlineData(0, 1, "")]
    [InlineData(0, 8, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e 6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(5, 8, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0 d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 3, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(1, 5, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    public void Inclusion_OfReferenceEntries_IsTheirs(int index, int size, string hashes)
    {
        byte[][] leaves = [.. Entries.Take(size).Select(e => MerkleTree.HashLeaf(e))];

        var proof = TileSamples.Tree(leaves).Inclusion(index, size);

        string.Join(' ', proof.Select(Convert.ToHexStringLower)).ShouldBe(hashes);
        MerkleTree.Includes(index, size, leaves[index], proof, Convert.FromHexString(Roots[size])).ShouldBeTrue();
    }

    [Theory]
    [InlineData(1, 1, "")]
    [InlineData(1, 8, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e 6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(6, 8, "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0 d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 5, "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    public void Consistency_OfReferenceEntries_IsTheirs(int earlier, int later, string hashes)
    {
        byte[][] leaves = [.. Entries.Take(later).Select(e => MerkleTree.HashLeaf(e))];

        var proof = TileSamples.Tree(leaves).Consistency(earlier, later);

        string.Join(' ', proof.Select(Convert.ToHexStringLower)).ShouldBe(hashes);
        MerkleTree.Extends(earlier, later, Convert.FromHexString(Roots[earlier]), Convert.FromHexString(Roots[later]), proof).ShouldBeTrue();
    }

    [Fact]
    public void Proofs_ChangedAnywhere_AreRefused()
    {
        byte[][] leaves = [.. Enumerable.Range(0, 13).Select(i => MerkleTree.HashLeaf([(byte)i]))];
        var tree = TileSamples.Tree(leaves);
        var root = tree.Root(13);
        for (var index = 0; index < 13; index++)
        {
            var proof = tree.Inclusion(index, 13);
            foreach (var changed in Changes(proof))
            {
                MerkleTree.Includes(index, 13, leaves[index], changed, root).ShouldBeFalse();
            }

            MerkleTree.Includes((index + 1) % 13, 13, leaves[index], proof, root).ShouldBeFalse();
            MerkleTree.Includes(index, 13, leaves[(index + 1) % 13], proof, root).ShouldBeFalse();
        }

        for (var earlier = 1; earlier < 13; earlier++)
        {
            var (before, proof) = (NaiveTree.Root(leaves.AsSpan(0, earlier)), tree.Consistency(earlier, 13));
            MerkleTree.Extends(earlier, 13, before, root, proof).ShouldBeTrue();
            foreach (var changed in Changes(proof))
            {
                MerkleTree.Extends(earlier, 13, before, root, changed).ShouldBeFalse();
            }

            MerkleTree.Extends(earlier, 13, root, root, proof).ShouldBeFalse();
        }
    }

    private static IEnumerable<IReadOnlyList<byte[]>> Changes(List<byte[]> proof)
    {
        yield return [.. proof, new byte[32]];
        yield return [.. proof.Skip(1)];
        for (var i = 0; i < proof.Count; i++)
        {
            var changed = proof.ConvertAll(hash => hash.ToArray());
            changed[i][i] ^= 1;
            yield return changed;
            changed = [.. proof];
            changed[i] = changed[i][1..];
            yield return changed;
        }
    }
}
