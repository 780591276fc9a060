namespace Ledger.Seal.Tests.Trees;

/// <summary>RFC 6962 as it is written: the definitions of sections 2.1, 2.1.1 and 2.1.2.</summary>
internal static class NaiveTree
{
    public static byte[] Root(ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length <= 1)
        {
            return leaves.IsEmpty ? MerkleTree.EmptyRoot : leaves[0];
        }

        var split = Split(leaves.Length);
        return MerkleTree.HashNode(Root(leaves[..split]), Root(leaves[split..]));
    }

    public static List<byte[]> Path(int index, ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length <= 1)
        {
            return [];
        }

        var split = Split(leaves.Length);
        return index < split
            ? [.. Path(index, leaves[..split]), Root(leaves[split..])]
            : [.. Path(index - split, leaves[split..]), Root(leaves[..split])];
    }

    public static List<byte[]> Proof(int earlier, ReadOnlySpan<byte[]> leaves) => Sub(earlier, leaves, isKnown: true);

    private static List<byte[]> Sub(int earlier, ReadOnlySpan<byte[]> leaves, bool isKnown)
    {
        if (earlier == leaves.Length)
        {
            return isKnown ? [] : [Root(leaves)];
        }

        var split = Split(leaves.Length);
        return earlier <= split
            ? [.. Sub(earlier, leaves[..split], isKnown), Root(leaves[split..])]
            : [.. Sub(earlier - split, leaves[split..], isKnown: false), Root(leaves[..split])];
    }

    private static int Split(int count)
    {
        var split = 1;
        while (split * 2 < count)
        {
            split *= 2;
        }

        return split;
    }
}
