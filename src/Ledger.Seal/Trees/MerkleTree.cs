using System.Numerics;
using System.Security.Cryptography;

namespace Ledger.Seal;

/// <summary>The hashes and proofs of RFC 6962, with SHA-256.</summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc6962.html#section-2.1; the checks are those of RFC 9162, sections 2.1.3.2 and 2.1.4.2.</remarks>
public static class MerkleTree
{
    /// <summary>The length of a hash in bytes.</summary>
    public const int HashSize = SHA256.HashSizeInBytes;

    internal const byte LeafPrefix = 0;
    private const byte NodePrefix = 1;

    /// <summary>The root of a tree without entries.</summary>
    public static byte[] EmptyRoot => SHA256.HashData([]);

    /// <summary>The hash of an entry as a leaf.</summary>
    public static byte[] HashLeaf(ReadOnlySpan<byte> entry)
    {
        Span<byte> input = entry.Length < 1024 ? stackalloc byte[1024] : new byte[entry.Length + 1];
        input[0] = LeafPrefix;
        entry.CopyTo(input[1..]);
        return SHA256.HashData(input[..(entry.Length + 1)]);
    }

    /// <summary>The hash of a node over its two children.</summary>
    public static byte[] HashNode(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var hash = new byte[HashSize];
        HashNode(left, right, hash);
        return hash;
    }

    /// <summary>Whether a proof leads from a leaf to a root.</summary>
    /// <param name="index">The leaf's number, from 0.</param>
    /// <param name="size">How many leaves the tree has.</param>
    /// <param name="leaf">The leaf's hash.</param>
    /// <param name="proof">The hashes from the leaf's sibling to the child of the root.</param>
    /// <param name="root">The root of the tree.</param>
    public static bool Includes(long index, long size, ReadOnlySpan<byte> leaf, IReadOnlyList<byte[]> proof, ReadOnlySpan<byte> root)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (index < 0 || index >= size || proof.Any(hash => hash is not { Length: HashSize }))
        {
            return false;
        }

        var (node, last, hashed) = (index, size - 1, leaf.ToArray());
        foreach (var hash in proof)
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                hashed = HashNode(hash, hashed);
                while ((node & 1) == 0 && node != 0)
                {
                    (node, last) = (node >> 1, last >> 1);
                }
            }
            else
            {
                hashed = HashNode(hashed, hash);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && hashed.AsSpan().SequenceEqual(root);
    }

    /// <summary>Whether a proof shows that a tree begins with all leaves of an earlier one.</summary>
    /// <param name="earlier">How many leaves the earlier tree has.</param>
    /// <param name="later">How many leaves the later tree has.</param>
    /// <param name="earlierRoot">The root of the earlier tree.</param>
    /// <param name="laterRoot">The root of the later tree.</param>
    /// <param name="proof">The hashes, in the order of RFC 6962.</param>
    public static bool Extends(
        long earlier, long later, ReadOnlySpan<byte> earlierRoot, ReadOnlySpan<byte> laterRoot, IReadOnlyList<byte[]> proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (earlier < 0 || earlier > later || proof.Any(hash => hash is not { Length: HashSize }))
        {
            return false;
        }

        if (earlier == later)
        {
            return proof.Count == 0 && earlierRoot.SequenceEqual(laterRoot);
        }

        if (earlier == 0)
        {
            return proof.Count == 0 && earlierRoot.SequenceEqual(EmptyRoot);
        }

        var path = BitOperations.IsPow2(earlier) ? [earlierRoot.ToArray(), .. proof] : proof;
        if (path.Count == 0)
        {
            return false;
        }

        var (node, last) = (earlier - 1, later - 1);
        while ((node & 1) == 1)
        {
            (node, last) = (node >> 1, last >> 1);
        }

        var (before, after) = (path[0], path[0]);
        foreach (var hash in path.Skip(1))
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                (before, after) = (HashNode(hash, before), HashNode(hash, after));
                while ((node & 1) == 0 && node != 0)
                {
                    (node, last) = (node >> 1, last >> 1);
                }
            }
            else
            {
                after = HashNode(after, hash);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && before.AsSpan().SequenceEqual(earlierRoot) && after.AsSpan().SequenceEqual(laterRoot);
    }

    internal static void HashNode(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> hash)
    {
        Span<byte> input = stackalloc byte[1 + (2 * HashSize)];
        input[0] = NodePrefix;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + HashSize)..]);
        SHA256.HashData(input, hash);
    }

    /// <summary>The root of a perfect tree over hashes that stand one after the other; their number is a power of two.</summary>
    internal static byte[] HashPerfect(ReadOnlySpan<byte> hashes)
    {
        var level = hashes.ToArray().AsSpan();
        while (level.Length > HashSize)
        {
            for (int from = 0, to = 0; from < level.Length; from += 2 * HashSize, to += HashSize)
            {
                HashNode(level.Slice(from, HashSize), level.Slice(from + HashSize, HashSize), level.Slice(to, HashSize));
            }

            level = level[..(level.Length / 2)];
        }

        return level.ToArray();
    }
}
