using System.Globalization;
using System.Runtime.InteropServices;

namespace Ledger.Postgres.Local;

/// <summary>The unprivileged user that a server started by root runs as, because PostgreSQL refuses root.</summary>
/// <remarks>Null means the current user wherever an account is expected.</remarks>
internal sealed record ServerAccount(string Name, int UserId, int GroupId)
{
    private static readonly string[] Preferred = ["postgres", "_postgres", "nobody"];
    private static readonly string[] Folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];

    internal static int CurrentUserId => unchecked((int)geteuid());

    /// <summary>Null unless this process is root's.</summary>
    internal static ServerAccount? Choose() => Environment.IsPrivilegedProcess ? Choose(File.ReadLines("/etc/passwd")) : null;

    internal static ServerAccount Choose(IEnumerable<string> users)
    {
        var accounts = users.Select(Parse).OfType<ServerAccount>().ToDictionary(account => account.Name, StringComparer.Ordinal);
        return Preferred.Select(name => accounts.GetValueOrDefault(name)).FirstOrDefault(account => account is not null)
            ?? throw new InvalidOperationException(
                "PostgreSQL refuses to run as root, and '/etc/passwd' has neither a user 'postgres' nor 'nobody' to run it as. Add one, or run as another user.");
    }

    /// <summary>The owner of the existing cluster: only its owner can run it.</summary>
    internal static ServerAccount OwnerOf(FileOwner owner)
    {
        var id = owner.UserId.ToString(CultureInfo.InvariantCulture);
        var known = File.ReadLines("/etc/passwd").Select(Parse).FirstOrDefault(account => account?.UserId == owner.UserId);
        return new ServerAccount(known?.Name ?? id, owner.UserId, owner.GroupId);
    }

    /// <summary>The command line that runs a program as this user and replaces itself by it.</summary>
    internal IReadOnlyList<string> CommandFor(string program, IReadOnlyList<string> arguments)
    {
        if (FindTool("setpriv") is { } setpriv)
        {
            return [setpriv, $"--reuid={UserId}", $"--regid={GroupId}", "--clear-groups", "--", program, .. arguments];
        }

        var runuser = FindTool("runuser") ?? throw new InvalidOperationException(
            $"PostgreSQL refuses to run as root, and neither 'setpriv' nor 'runuser' was found to run it as '{Name}'. Install util-linux, or run as another user.");
        return [runuser, "-u", Name, "--", program, .. arguments];
    }

    // BusyBox has a setpriv that cannot change the user.
    private static string? FindTool(string name) => Folders
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(path => File.Exists(path)
            && File.ResolveLinkTarget(path, returnFinalTarget: true)?.Name.StartsWith("busybox", StringComparison.Ordinal) != true);

    private static ServerAccount? Parse(string line) =>
        line.Split(':') is [var name, _, var user, var group, ..]
        && int.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var userId)
        && int.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var groupId)
            ? new ServerAccount(name, userId, groupId)
            : null;

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();
}
