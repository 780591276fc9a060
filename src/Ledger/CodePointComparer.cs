namespace Ledger;

/// <summary>Orders text by code point, as PostgreSQL's <c>collate "C"</c> does in a UTF-8 database.</summary>
/// <remarks>
/// UTF-16 order is not that: characters beyond U+FFFF are written with surrogates there, which sort before U+E000 to U+FFFF.
/// </remarks>
internal sealed class CodePointComparer : IComparer<string>
{
    private CodePointComparer()
    {
    }

    public static CodePointComparer Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }

        var common = x.AsSpan().CommonPrefixLength(y);
        if (common == x.Length || common == y.Length)
        {
            return x.Length.CompareTo(y.Length);
        }

        var (left, right) = (x[common], y[common]);
        return char.IsSurrogate(left) == char.IsSurrogate(right)
            ? left.CompareTo(right)
            : char.IsSurrogate(left) ? 1 : -1;
    }
}
