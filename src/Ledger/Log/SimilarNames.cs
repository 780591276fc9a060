using System.Text.RegularExpressions;

namespace Ledger.Log;

/// <summary>Finds the built-in event whose name was probably meant.</summary>
/// <remarks>
/// A name is near when it has the same words in another form (<c>objects.create</c>, <c>ObjectCreated</c>), a word that means the same
/// (<c>object.updated</c>), or one letter more, less, other or moved (<c>object.cretaed</c>). More would take <c>tool.failed</c> for <c>tool.called</c>.
/// </remarks>
internal static partial class SimilarNames
{
    private const int LeastLengthOfTypos = 8;

    public static string? Find(string name, IEnumerable<string> builtIn)
    {
        if (name.Length > 60)
        {
            return null;
        }

        var wanted = Form(name);
        var plain = string.Join('.', Words().Matches(name).Select(m => m.Value.ToLowerInvariant()));
        return builtIn.FirstOrDefault(known => Form(known) == wanted)
            ?? builtIn.FirstOrDefault(known => plain.Length >= LeastLengthOfTypos && IsTypo(plain, known));
    }

    private static string Form(string name) => string.Join('.', Words().Matches(name).Select(m => Stem(m.Value.ToLowerInvariant())));

    // No more grammar than the built-in names need.
    private static string Stem(string word)
    {
        foreach (var ending in new[] { "ing", "ed", "es", "s", "e" })
        {
            if (word.EndsWith(ending, StringComparison.Ordinal) && word.Length - ending.Length >= 3)
            {
                word = word[..^ending.Length];
                break;
            }
        }

        return word switch
        {
            "updat" or "modifi" or "modify" or "edit" => "patch",
            "delet" => "remov",
            "add" or "mak" => "creat",
            "edg" or "link" => "relation",
            _ => word,
        };
    }

    private static bool IsTypo(string a, string b)
    {
        var (start, endA, endB) = (0, a.Length, b.Length);
        while (start < endA && start < endB && a[start] == b[start])
        {
            start++;
        }

        while (endA > start && endB > start && a[endA - 1] == b[endB - 1])
        {
            endA--;
            endB--;
        }

        return (endA - start, endB - start) switch
        {
            (<= 1, <= 1) => true,
            (2, 2) => a[start] == b[start + 1] && a[start + 1] == b[start],
            _ => false,
        };
    }

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")]
    private static partial Regex Words();
}
