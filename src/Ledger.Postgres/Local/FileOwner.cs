using System.Globalization;

namespace Ledger.Postgres.Local;

/// <summary>The owner and permissions of a file; for a symbolic link, not those of its target.</summary>
internal sealed record FileOwner(int UserId, int GroupId, UnixFileMode Mode, bool IsDirectory)
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>A folder of this user that no other user may enter.</summary>
    internal bool IsPrivateFolderOf(int userId) => IsDirectory && UserId == userId && (Mode & Others) == 0;

    /// <summary>Null when there is no such file. .NET does not tell the owner, so <c>stat</c> is asked.</summary>
    internal static async Task<FileOwner?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        string[] arguments = OperatingSystem.IsLinux() ? ["-c", "%u:%g:%a:%F", "--", path] : ["-f", "%u:%g:%Lp:%HT", path];
        var result = await ProgramRun.RunAsync(null, "/", "stat", arguments, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0 && result.Output.Trim().Split(':') is [var user, var group, var mode, var kind]
            ? new FileOwner(
                int.Parse(user, CultureInfo.InvariantCulture),
                int.Parse(group, CultureInfo.InvariantCulture),
                (UnixFileMode)(Convert.ToInt32(mode, 8) & 0xFFF),
                kind.Equals("directory", StringComparison.OrdinalIgnoreCase))
            : null;
    }
}
