using System.Text.RegularExpressions;

namespace Ledger.Postgres.Schema;

/// <summary>The statements of an SQL file.</summary>
internal static partial class SqlStatements
{
    /// <summary>Each statement with its semicolon, without the comments before it.</summary>
    internal static IEnumerable<string> Split(string text) =>
        Statement().Matches(text).Select(match => LeadingComments().Replace(match.Value, "").Trim());

    // A semicolon in a comment, in quotes or between dollar quotes ends nothing.
    [GeneratedRegex(
        """(?>(?:--[^\n]*\n|'[^']*'|"[^"]*"|\$(?<tag>\w*)\$.*?\$\k<tag>\$|[^;])*);""",
        RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Statement();

    [GeneratedRegex(@"\A(?:\s+|--[^\n]*\n)+", RegexOptions.CultureInvariant)]
    private static partial Regex LeadingComments();
}
