namespace Ledger.Json;

/// <summary>Orders text by Unicode code point, as PostgreSQL's collation <c>"C"</c> does over UTF-8.</summary>
/// <remarks>
/// This differs from ordinal UTF-16 order, which puts U+10000 and above, as surrogate pairs, before U+E000. Lone surrogates sort
/// after everything else. Null comes first. Equal exactly when the texts are ordinally equal. Safe for concurrent use.
/// </remarks>
public sealed class CodePointComparer : IComparer<string>
{
    private CodePointComparer()
    {
    }

    /// <summary>The only instance.</summary>
    public static CodePointComparer Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }

        var shared = x.AsSpan().CommonPrefixLength(y);
        if (shared == x.Length || shared == y.Length)
        {
            return x.Length.CompareTo(y.Length);
        }

        return Rank(x[shared]).CompareTo(Rank(y[shared]));
    }

    // Moves surrogates after the rest of the basic plane, where the code points they encode belong.
    private static int Rank(char c) => c < '\ud800' ? c : c >= '\ue000' ? c - 0x800 : c + 0x2000;
}
