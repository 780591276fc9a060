using System.Text.RegularExpressions;
using Ledger.Conformance.Conventions;

namespace Ledger.Tests.Conventions;

/// <summary>Finds where a store is cast to what its engine can do, so that a decorator would lose it.</summary>
internal static partial class StoreCasts
{
    private const string Types =
        "(?:ILogSearch|IDocumentReader|IWorldReader|IMergeReader|ISnapshotStore|ITaskReader|IRunSummaries|IChronoLog|ICallOwners|ICallHistory|IPendingRuns|IUnsavedLog|IProjectionCatalog|IMaskingLog|ILogIdentity|(?:Postgres|Marten|Memory|Session)EventStore)";

    /// <summary>The capabilities that casts to are found.</summary>
    public static IReadOnlyList<string> Capabilities { get; } =
        ["ILogSearch", "IDocumentReader", "IWorldReader", "IMergeReader", "ISnapshotStore", "ITaskReader", "IRunSummaries", "IChronoLog", "ICallOwners", "ICallHistory", "IPendingRuns", "IUnsavedLog", "IProjectionCatalog", "IMaskingLog", "ILogIdentity"];

    /// <summary>The lines of every project that cast.</summary>
    public static IEnumerable<string> Find() =>
        Lines().Where(l => IsOne(l.Line)).Select(l => $"{l.Path}: {l.Line.Trim()}");

    /// <summary>The capabilities that any project asks a store for.</summary>
    public static IEnumerable<string> Asked() =>
        Lines().SelectMany(l => Asking().Matches(l.Line)).Select(m => m.Groups[1].Value).Distinct();

    /// <summary>Whether a line casts.</summary>
    public static bool IsOne(string line) => Cast().IsMatch(line);

    private static IEnumerable<(string Path, string Line)> Lines()
    {
        var root = Path.Combine(SourceTree.Root, "src");
        foreach (var file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(root, file).Replace('\\', '/');
            if (path.Split('/') is var folders && (folders.Contains("obj") || folders.Contains("bin")))
            {
                continue;
            }

            foreach (var line in File.ReadLines(file).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)))
            {
                yield return (path, line);
            }
        }
    }

    [GeneratedRegex($@"\b(?:as|is|is\s+not|case)\s+{Types}\b|\({Types}\)\s*[\w(]|\bOfType<{Types}>|\w+:\s+{Types}\b|^\s*{Types}\s+\w+\s+=>")]
    private static partial Regex Cast();

    [GeneratedRegex(@"(?:[sS]tore|[dD]ecorator|\blog|\bengine|_native)\.Get<(I\w+)>\(\)")]
    private static partial Regex Asking();
}
