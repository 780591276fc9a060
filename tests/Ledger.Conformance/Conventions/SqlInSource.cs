using System.Text.RegularExpressions;

namespace Ledger.Conformance.Conventions;

/// <summary>Finds SQL statements in the string literals of C# files; they belong into files of their own.</summary>
public static partial class SqlInSource
{
    /// <summary>What looks like a statement under a folder: file, line and the beginning of the text.</summary>
    public static IEnumerable<string> Find(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var path = Path.GetRelativePath(folder, file).Replace('\\', '/');
            if (path.Split('/') is var parts && (parts.Contains("obj") || parts.Contains("bin")))
            {
                continue;
            }

            foreach (var (line, text) in FindIn(File.ReadAllText(file)))
            {
                yield return $"{path}({line}): {text}";
            }
        }
    }

    /// <summary>What looks like a statement in a C# text, with its line.</summary>
    public static IEnumerable<(int Line, string Text)> FindIn(string source)
    {
        foreach (Match match in CommentOrLiteral().Matches(source))
        {
            if (match.Groups["text"] is { Success: true } literal && Statement().Match(literal.Value) is { Success: true } statement)
            {
                var line = source.AsSpan(0, literal.Index + statement.Index).Count('\n') + 1;
                yield return (line, statement.Value.Trim());
            }
        }
    }

    // Comments and characters are matched so that a quote in them does not begin a literal.
    [GeneratedRegex(""""
        //[^\n]*
        | /\*.*?\*/
        | '(?:\\.|[^'\\\n])+'
        | (?<quotes>"{3,})(?<text>.*?)\k<quotes>
        | (?:@\$?|\$@)"(?<text>(?:""|[^"])*)"
        | "(?<text>(?:\\.|[^"\\\n])*)"
        """", RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex CommentOrLiteral();

    // Written as SQL is, in one case; prose begins with a capital.
    [GeneratedRegex("""
        (?:^|[;(\n])\s*(?:
            (?:select|SELECT)\s+[^\s.]
            | (?:insert\s+into|INSERT\s+INTO)\s
            | (?:update|UPDATE)\s+\S+\s+(?:set|SET)\s
            | (?:delete\s+from|DELETE\s+FROM)\s
            | (?:truncate|TRUNCATE)\s+\S
            | (?:copy|COPY)\s+\S+.*\s(?:from|FROM|to|TO)\s
            | (?:create|alter|drop|CREATE|ALTER|DROP)\s+(?:table|schema|index|function|view|database|TABLE|SCHEMA|INDEX|FUNCTION|VIEW|DATABASE)\s
        )[^\n]{0,40}
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Statement();
}
