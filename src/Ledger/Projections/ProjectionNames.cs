namespace Ledger.Projections;

/// <summary>The rules for the names of projections and documents.</summary>
internal static class ProjectionNames
{
    private const int LongestAlias = 40;

    public static void Check(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.Length > 200 || name.Contains(':', StringComparison.Ordinal) || name.Any(char.IsControl))
        {
            throw new ArgumentException(
                $"'{name}' cannot name a projection: it must have at most 200 characters, without ':' and control characters.", nameof(name));
        }
    }

    // It becomes part of the names of a table and its key, which PostgreSQL truncates to 63 bytes.
    public static void CheckAlias(string alias)
    {
        ArgumentNullException.ThrowIfNull(alias);
        if (alias.Length is 0 or > LongestAlias || !char.IsAsciiLetterLower(alias[0])
            || !alias.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
        {
            throw new ArgumentException(
                $"'{alias}' cannot name documents: it must be 1 to {LongestAlias} lower-case letters, digits and '_', and begin with a letter.",
                nameof(alias));
        }
    }
}
