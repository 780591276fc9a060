namespace Ledger.Cli;

/// <summary>Finds the word that was probably meant: the only one that begins so, or the nearest one by letters.</summary>
internal static class NearestWord
{
    /// <summary>The word, or null if nothing is near.</summary>
    public static string? Find(string typed, IReadOnlyList<string> words)
    {
        var begun = words.Where(word => typed.Length > 1 && word.StartsWith(typed, StringComparison.OrdinalIgnoreCase)).ToList();
        if (begun.Count == 1)
        {
            return begun[0];
        }

        // One slip in a short word, two in a longer one; more would guess.
        return words.Select(word => (Word: word, Slips: Distance(typed.ToLowerInvariant(), word)))
            .Where(found => found.Slips <= (found.Word.Length < 6 ? 1 : 2))
            .OrderBy(found => found.Slips)
            .Select(found => found.Word)
            .FirstOrDefault();
    }

    // Optimal string alignment: letters that are missing, added, replaced, or swapped with the next.
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var replaced = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replaced, 1 + Math.Min(rows[i - 1, j], rows[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[a.Length, b.Length];
    }
}
