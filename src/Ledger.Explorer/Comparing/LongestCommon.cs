using System.Buffers;

namespace Ledger.Explorer.Comparing;

/// <summary>The longest common subsequence of two sequences of numbers.</summary>
/// <remarks>
/// Bit-parallel: of H. Hyyrö, "Bit-Parallel LCS-length Computation Revisited" (2004), with every row stored, so that the pairs are found on the way back. Of 10,000 by 10,000
/// items it does 1.6 million steps and takes 12.5 MB.
/// </remarks>
internal static class LongestCommon
{
    /// <summary>For each item of the first sequence the index of its partner in the second one, rising; -1 for none.</summary>
    public static int[] Match(ReadOnlySpan<int> a, ReadOnlySpan<int> b, CancellationToken cancellationToken = default)
    {
        var partners = new int[a.Length];
        partners.AsSpan().Fill(-1);
        if (a.Length == 0 || b.Length == 0)
        {
            return partners;
        }

        var words = (b.Length + 63) / 64;
        var rows = ArrayPool<ulong>.Shared.Rent((a.Length + 1) * words);
        try
        {
            Fill(a, b, rows, words, cancellationToken);
            Walk(a.Length, b.Length, rows, words, partners);
            return partners;
        }
        finally
        {
            ArrayPool<ulong>.Shared.Return(rows);
        }
    }

    // A zero in row i at j: the first i items of a have one more in common with the first j + 1 of b than with the first j.
    private static void Fill(ReadOnlySpan<int> a, ReadOnlySpan<int> b, ulong[] rows, int words, CancellationToken cancellationToken)
    {
        var (last, before) = PlacesOf(b);
        var mask = new ulong[words];
        rows.AsSpan(0, words).Fill(ulong.MaxValue);
        for (var i = 0; i < a.Length; i++)
        {
            if (i % 256 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var from = last.GetValueOrDefault(a[i], -1);
            for (var j = from; j >= 0; j = before[j])
            {
                mask[j >> 6] |= 1UL << (j & 63);
            }

            var row = rows.AsSpan(i * words, words);
            var next = rows.AsSpan((i + 1) * words, words);
            var carry = 0UL;
            for (var word = 0; word < words; word++)
            {
                var (value, matches) = (row[word], mask[word]);
                var sum = value + (value & matches);
                var over = sum < value ? 1UL : 0;
                var total = sum + carry;
                carry = over | (total < sum ? 1UL : 0);
                next[word] = total | (value & ~matches);
            }

            for (var j = from; j >= 0; j = before[j])
            {
                mask[j >> 6] = 0;
            }
        }
    }

    // Where each number is in the sequence last, and where the same one is before a place.
    private static (Dictionary<int, int> Last, int[] Before) PlacesOf(ReadOnlySpan<int> b)
    {
        var last = new Dictionary<int, int>();
        var before = new int[b.Length];
        for (var j = 0; j < b.Length; j++)
        {
            before[j] = last.GetValueOrDefault(b[j], -1);
            last[b[j]] = j;
        }

        return (last, before);
    }

    private static void Walk(int i, int j, ulong[] rows, int words, int[] partners)
    {
        while (i > 0 && j > 0)
        {
            if (IsOne(rows, words, i, j - 1))
            {
                j--;
            }
            else if (!IsOne(rows, words, i - 1, j - 1))
            {
                i--;
            }
            else
            {
                partners[--i] = --j;
            }
        }
    }

    private static bool IsOne(ulong[] rows, int words, int row, int bit) => ((rows[(row * words) + (bit >> 6)] >> (bit & 63)) & 1) != 0;
}
