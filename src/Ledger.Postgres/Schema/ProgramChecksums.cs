namespace Ledger.Postgres.Schema;

/// <summary>What a database records that has all migrations and functions of this program and no others, as the build has computed it.</summary>
internal static class ProgramChecksums
{
    /// <summary>A line for each migration, in order, and for each function, by name: its name and its checksum. Two databases are told apart by it, not more.</summary>
    public static string Text => field ??= $"{Sorted("migrations")}\n{Sorted("functions")}";

    private static string Sorted(string kind) => string.Join('\n', SqlText.Read($"checksums/{kind}.txt")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(line => line[..line.IndexOf(' ', StringComparison.Ordinal)] + line[line.IndexOf(' ', StringComparison.Ordinal)..].ToLowerInvariant())
        .Order(StringComparer.Ordinal));
}
