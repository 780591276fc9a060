using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ledger.Postgres.Schema;

/// <summary>One numbered file of <c>migrations/</c>, as it is embedded: a change of tables.</summary>
internal sealed record Migration(int Number, string Name, string Text)
{
    private const string Folder = "migrations/";
    private const string Extension = ".sql";

    /// <summary>Every migration that this program knows, in order.</summary>
    internal static IReadOnlyList<Migration> All { get; } = ReadAll();

    /// <summary>The program's version, which is recorded with each migration.</summary>
    internal static string ProgramVersion { get; } = typeof(Migration).Assembly.GetName().Version!.ToString(3);

    /// <summary>SHA-256 of the text before the schemas are filled in, so that it is the same in every database.</summary>
    internal string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    private static List<Migration> ReadAll() =>
    [
        .. typeof(Migration).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal))
            .Select(Read)
            .OrderBy(migration => migration.Number),
    ];

    private static Migration Read(string resource)
    {
        var file = resource[Folder.Length..^Extension.Length];
        return new Migration(int.Parse(file.AsSpan(0, 4), CultureInfo.InvariantCulture), file[5..], SqlText.Read(resource));
    }
}
