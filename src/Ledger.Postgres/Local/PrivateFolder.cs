namespace Ledger.Postgres.Local;

/// <summary>Folders that only one user may enter.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a folder for the server's user; one that exists keeps its mode, and its owner unless that is root.</summary>
    internal static async Task CreateAsync(string path, ServerAccount? account, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path))
        {
            CreateFolder(path, OwnerOnly);
        }

        // Also when it was there: a crash may have happened between the two steps.
        if (account is not null && await FileOwner.ReadAsync(path, cancellationToken).ConfigureAwait(false) is { UserId: 0 })
        {
            var result = await ProgramRun.RunAsync(
                null, "/", "chown", ["-h", $"{account.UserId}:{account.GroupId}", path], cancellationToken).ConfigureAwait(false);
            if (result.ExitCode != 0)
            {
                throw new LocalClusterException(path, $"The folder '{path}' could not be given to the user '{account.Name}': {result.LastWords}");
            }
        }
    }

    /// <summary>
    /// Makes the folder above the server's: the user's own alone, or, for root, one that the server's user may pass through. Folders that exist
    /// keep their mode; the missing ones above it get the same, or a strict umask would shut the server out.
    /// </summary>
    internal static void CreateParent(string path, ServerAccount? account)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        if (Path.GetDirectoryName(path) is { } parent)
        {
            CreateParent(parent, account);
        }

        CreateFolder(path, account is null ? OwnerOnly : OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    /// <summary>Whether the server's user can enter the folder, or the nearest one above that exists.</summary>
    internal static async Task<bool> CanEnterAsync(string path, ServerAccount account, CancellationToken cancellationToken)
    {
        var existing = path;
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing) ?? "/";
        }

        var result = await ProgramRun.RunAsync(account, "/", "/bin/sh", ["-c", "cd -- \"$0\"", existing], cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0;
    }

    private static void CreateFolder(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("A private PostgreSQL needs Unix. Name a running server in LEDGER_POSTGRES.");
        }

        try
        {
            Directory.CreateDirectory(path, mode);
            File.SetUnixFileMode(path, mode);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new LocalClusterException(path, $"The folder '{path}' cannot be made: {failure.Message} Set LEDGER_HOME to a folder that you own.", failure);
        }
    }
}
