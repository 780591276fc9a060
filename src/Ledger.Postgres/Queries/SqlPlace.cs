namespace Ledger.Postgres.Queries;

/// <summary>Where in a text something is wrong.</summary>
internal static class SqlPlace
{
    /// <summary>A refusal that names the line and column of a place.</summary>
    /// <param name="code">The SQLSTATE.</param>
    /// <param name="message">What is wrong, as a sentence.</param>
    /// <param name="text">The text.</param>
    /// <param name="at">The place in it, from 0.</param>
    /// <param name="fault">What went wrong underneath, or null.</param>
    public static SqlQueryException Refusal(string code, string message, string text, int at, Exception? fault = null)
    {
        var before = text.AsSpan(0, Math.Clamp(at, 0, text.Length));
        var line = before.Count('\n') + 1;
        var column = Characters(before[(before.LastIndexOf('\n') + 1)..]) + 1;
        return new SqlQueryException(code, message, line, column, fault);
    }

    /// <summary>The place of the n-th character, as the server counts: a pair of surrogates is one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="number">The number of the character, from 1.</param>
    public static int OfCharacter(string text, int number)
    {
        var at = 0;
        for (var i = 1; i < number && at < text.Length; i++)
        {
            at += char.IsSurrogatePair(text, at) ? 2 : 1;
        }

        return at;
    }

    private static int Characters(ReadOnlySpan<char> span)
    {
        var count = 0;
        foreach (var _ in span.EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}
