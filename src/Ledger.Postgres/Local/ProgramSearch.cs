namespace Ledger.Postgres.Local;

/// <summary>The folders in which server programs are looked for.</summary>
internal sealed record ProgramSearch(IReadOnlyList<string> PathFolders, IReadOnlyList<string> PackageFolders)
{
    /// <summary>Where Debian, Red Hat, Homebrew, Postgres.app and a build from source put them; the star stands for one folder name.</summary>
    private static readonly string[] Patterns =
    [
        "/usr/lib/postgresql/*/bin",
        "/usr/*/bin",
        "/opt/homebrew/opt/*/bin",
        "/usr/local/opt/*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
        "/usr/local/*/bin",
    ];

    internal static ProgramSearch OfThisMachine => new(
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathRooted)],
        [.. Patterns.SelectMany(Expand)]);

    private static IEnumerable<string> Expand(string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        var parent = pattern[..star];
        if (!Directory.Exists(parent))
        {
            return [];
        }

        // "pgsql-17" (Red Hat), "pgsql" (source), "postgresql@17" (Homebrew), "17" (Debian); nothing else is worth opening.
        return Directory.EnumerateDirectories(parent)
            .Where(folder => Path.GetFileName(folder) is var name
                && (name.StartsWith("pgsql", StringComparison.Ordinal) || name.StartsWith("postgresql", StringComparison.Ordinal) || char.IsAsciiDigit(name[0])))
            .Select(folder => folder + pattern[(star + 1)..]);
    }
}
