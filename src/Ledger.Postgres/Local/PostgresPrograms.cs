using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Ledger.Postgres.Local;

/// <summary>The server programs (<c>initdb</c>, <c>pg_ctl</c>, <c>postgres</c>) of one PostgreSQL installation.</summary>
/// <remarks>Immutable. The search only starts <c>postgres --version</c>.</remarks>
public sealed partial class PostgresPrograms
{
    /// <summary>The oldest major version of the server that Ledger works with.</summary>
    public const int OldestMajorVersion = 15;

    private PostgresPrograms(string folder, int majorVersion)
    {
        Folder = folder;
        MajorVersion = majorVersion;
    }

    /// <summary>The folder that holds the programs, with symbolic links resolved.</summary>
    public string Folder { get; }

    /// <summary>The server's major version, such as 17.</summary>
    public int MajorVersion { get; }

    /// <summary>The installation to use: the first on <c>PATH</c>, else the newest in the folders where packages put them.</summary>
    /// <exception cref="PostgresProgramsNotFoundException">No installation has <see cref="OldestMajorVersion"/> or newer.</exception>
    public static PostgresPrograms Find() => TryFind(out var programs) ? programs : throw new PostgresProgramsNotFoundException(null);

    /// <summary>Like <see cref="Find"/>, without an exception.</summary>
    public static bool TryFind([NotNullWhen(true)] out PostgresPrograms? programs)
    {
        programs = FindAll(ProgramSearch.OfThisMachine).FirstOrDefault();
        return programs is not null;
    }

    /// <summary>Those of <paramref name="majorVersion"/>: a data folder can be served by its own version alone.</summary>
    internal static PostgresPrograms FindMajor(int majorVersion) =>
        FindAll(ProgramSearch.OfThisMachine).FirstOrDefault(programs => programs.MajorVersion == majorVersion)
        ?? throw new PostgresProgramsNotFoundException(majorVersion);

    internal static IEnumerable<PostgresPrograms> FindAll(ProgramSearch search)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var packaged = search.PackageFolders.Select(TryOpen).OfType<PostgresPrograms>().OrderByDescending(programs => programs.MajorVersion);
        return search.PathFolders.Select(TryOpen).OfType<PostgresPrograms>().Concat(packaged)
            .Where(programs => programs.MajorVersion >= OldestMajorVersion && seen.Add(programs.Folder));
    }

    internal string PathOf(string program) => Path.Combine(Folder, program);

    private static PostgresPrograms? TryOpen(string candidate)
    {
        var server = Path.Combine(candidate, "postgres");
        if (!File.Exists(server) || !File.Exists(Path.Combine(candidate, "pg_ctl")) || !File.Exists(Path.Combine(candidate, "initdb")))
        {
            return null;
        }

        var target = File.ResolveLinkTarget(server, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(server);
        var folder = Path.GetDirectoryName(target)!;
        var version = PackageFolder().Match(folder) is { Success: true } match ? match.Groups[1].Value : AskVersion(target);
        return int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var major) && File.Exists(Path.Combine(folder, "initdb"))
            ? new PostgresPrograms(folder, major)
            : null;
    }

    private static string? AskVersion(string server)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(server, ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true });
            var answer = process?.StandardOutput.ReadToEnd() ?? "";
            return VersionAnswer().Match(answer) is { Success: true } match ? match.Groups[1].Value : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Not a program of this machine, or not ours to run: as good as absent.
            return null;
        }
    }

    [GeneratedRegex(@"^/usr/lib/postgresql/(\d+)/bin$")]
    private static partial Regex PackageFolder();

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex VersionAnswer();
}
