using System.Security.Cryptography;
using System.Text;

namespace Ledger.Postgres.Local;

/// <summary>The folders of one server, and the user that it runs as.</summary>
/// <param name="Folder">Holds the data folder and the log; only the server's user (and root) may enter it.</param>
/// <param name="SocketFolder">Holds the socket, under the same rule.</param>
/// <param name="Account">The user that root runs the server as; null for the current user.</param>
internal sealed record ServerPlace(string Folder, string SocketFolder, ServerAccount? Account)
{
    internal const string DataName = "data";
    internal const string UserName = "ledger";

    /// <summary>Part of the socket's name and nothing else: no port is opened.</summary>
    internal const int Port = 5432;

    // The address of a Unix socket has 108 bytes, one of them for the end.
    private const int LongestSocketPath = 107;

    internal string DataFolder => Path.Combine(Folder, DataName);

    internal bool IsInitialized => File.Exists(Path.Combine(DataFolder, "PG_VERSION"));

    internal string SocketPath => SocketPathIn(SocketFolder);

    /// <summary>
    /// The folder itself, unless its socket's path would be too long or has a character that is special in a list of hosts, in a setting or
    /// in a shell; then a short one of the machine, named after the folder.
    /// </summary>
    internal static string ChooseSocketFolder(string folder, ServerAccount? account) =>
        CanHoldSocket(folder) ? folder : $"{(account is not null && Directory.Exists("/run") ? "/run" : "/tmp")}/ledger-{Hash(folder)}";

    internal static bool CanHoldSocket(string folder) =>
        SocketPathIn(folder).Length <= LongestSocketPath && folder.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+".Contains(c, StringComparison.Ordinal));

    /// <summary>A name for what belongs to a path, the same at any time.</summary>
    internal static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16];

    /// <summary>Creates missing folders, and refuses a socket folder in which another user could place a server.</summary>
    internal async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await PrivateFolder.CreateAsync(Folder, Account, cancellationToken).ConfigureAwait(false);
        if (SocketFolder != Folder)
        {
            await PrivateFolder.CreateAsync(SocketFolder, Account, cancellationToken).ConfigureAwait(false);
            await VerifySocketFolderAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether it is safe to connect: anyone can make a folder in /tmp.</summary>
    internal async Task VerifySocketFolderAsync(CancellationToken cancellationToken)
    {
        if (SocketFolder == Folder || await FileOwner.ReadAsync(SocketFolder, cancellationToken).ConfigureAwait(false) is not { } owner)
        {
            return;
        }

        if (!owner.IsPrivateFolderOf(Account?.UserId ?? ServerAccount.CurrentUserId))
        {
            throw new LocalClusterException(
                SocketFolder,
                $"The socket folder '{SocketFolder}' belongs to another user or is open to others. Remove it, or set LEDGER_HOME to a shorter path.");
        }
    }

    private static string SocketPathIn(string folder) => $"{folder}/.s.PGSQL.{Port}";
}
