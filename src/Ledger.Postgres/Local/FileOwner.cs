using System.Globalization;
using System.Runtime.InteropServices;

namespace Ledger.Postgres.Local;

/// <summary>The owner and permissions of a file; for a symbolic link, not those of its target.</summary>
internal sealed record FileOwner(int UserId, int GroupId, UnixFileMode Mode, bool IsDirectory)
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>A folder of this user that no other user may enter.</summary>
    internal bool IsPrivateFolderOf(int userId) => IsDirectory && UserId == userId && (Mode & Others) == 0;

    /// <summary>Null when there is no such file.</summary>
    /// <remarks>.NET does not tell the owner. Linux is asked itself, because a command would wait for another program at each start; elsewhere <c>stat</c> is.</remarks>
    internal static async Task<FileOwner?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsLinux() && TryReadStatus(path, out var owner))
        {
            return owner;
        }

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

    // Its structure is the same on every processor: https://man7.org/linux/man-pages/man2/statx.2.html. False where the C library or the system does not have it.
    private static bool TryReadStatus(string path, out FileOwner? owner)
    {
        const int WorkingFolder = -100;
        const int NotThroughLinks = 0x100;
        const uint Basic = 0x7FF;
        const int UserAt = 20;
        const int GroupAt = 24;
        const int ModeAt = 28;
        const int TypeBits = 0xF000;
        const int Folder = 0x4000;
        const int NoEntry = 2;
        const int NoFolder = 20;
        owner = null;
        try
        {
            var status = new byte[256];
            if (statx(WorkingFolder, path, NotThroughLinks, Basic, status) != 0)
            {
                return Marshal.GetLastPInvokeError() is NoEntry or NoFolder;
            }

            int mode = BitConverter.ToUInt16(status, ModeAt);
            owner = new FileOwner(
                BitConverter.ToInt32(status, UserAt), BitConverter.ToInt32(status, GroupAt), (UnixFileMode)(mode & 0xFFF), (mode & TypeBits) == Folder);
            return true;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, [Out] byte[] status);
}
