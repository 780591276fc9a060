using System.Text.RegularExpressions;
using Ledger.Conformance.Conventions;

namespace Ledger.Tests.Conventions;

/// <summary>Finds where the libraries open connections and start work that is shared: each has one place that does it right.</summary>
internal static partial class OpenedConnections
{
    // The command line is a program of its own, whose callers have no context.
    private const string Program = "Ledger.Cli";

    /// <summary>The lines that match, but for those in some files.</summary>
    public static IEnumerable<string> Find(Regex pattern, params IReadOnlyList<string> allowed)
    {
        var root = Path.Combine(SourceTree.Root, "src");
        foreach (var file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(root, file).Replace('\\', '/');
            var folders = path.Split('/');
            if (folders[0] == Program || folders.Contains("obj") || folders.Contains("bin") || allowed.Contains(path))
            {
                continue;
            }

            foreach (var line in File.ReadLines(file).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal) && pattern.IsMatch(l)))
            {
                yield return $"{path}: {line.Trim()}";
            }
        }
    }

    /// <summary>A connection that Npgsql opens and enlists in the caller's ambient transaction.</summary>
    [GeneratedRegex(@"\bOpenConnectionAsync\(|\bOpenConnection\(|\bnew NpgsqlConnection\(|([dD]ataSource|[pP]ool)\.Create(Command|Batch)\(")]
    public static partial Regex Opening();

    /// <summary>Background work that keeps the context of its starter.</summary>
    [GeneratedRegex(@"\bTask\.Run\(|\bTask\.Factory\b|(?<!SharedWork\.)\bCreateTimer\(|\bnew Timer\(|\bnew Thread\(|\bQueueUserWorkItem\(")]
    public static partial Regex Starting();
}
