using System.Globalization;

namespace Ledger.Postgres.Local;

/// <summary>Finds the place of the private cluster: <c>{root}/{major version}/data</c>.</summary>
/// <param name="Root">The folder of the lock and of one cluster a major version.</param>
/// <param name="MajorVersion">The version whose cluster is used.</param>
/// <param name="Place">That cluster's place.</param>
internal sealed record ClusterLayout(string Root, int MajorVersion, ServerPlace Place)
{
    internal string LockFile => Path.Combine(Root, "lock");

    /// <summary>
    /// 1. A cluster that exists is used, by its owner and with its version, so that neither a newer server nor changed permissions hide the
    /// data. 2. Else a new one is below the home, 3. or, when root's server could not enter that, in a folder of the system.
    /// </summary>
    internal static async Task<ClusterLayout> FindAsync(LocalClusterOptions options, CancellationToken cancellationToken)
    {
        var home = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Home));
        var atHome = Path.Combine(home, "postgres");
        var account = ServerAccount.Choose();
        if (NewestIn(atHome) is { } major)
        {
            return await FoundAsync(atHome, major).ConfigureAwait(false);
        }

        // Only now: hashing loads the library for it, which takes longer than all of this.
        var inSystem = account is null ? null : Path.Combine(options.SystemFolder, $"ledger-{ServerPlace.Hash(home)}");
        if (inSystem is not null && NewestIn(inSystem) is { } other)
        {
            return await FoundAsync(inSystem, other).ConfigureAwait(false);
        }

        var reachable = account is null || await PrivateFolder.CanEnterAsync(home, account, cancellationToken).ConfigureAwait(false);
        return Create(reachable ? atHome : inSystem!, PostgresPrograms.Find().MajorVersion, account);

        async Task<ClusterLayout> FoundAsync(string root, int major)
        {
            var owner = account is null ? null : await FileOwner.ReadAsync(FolderOf(root, major), cancellationToken).ConfigureAwait(false);
            return Create(root, major, owner is null ? account : ServerAccount.OwnerOf(owner));
        }
    }

    private static ClusterLayout Create(string root, int majorVersion, ServerAccount? account)
    {
        var folder = FolderOf(root, majorVersion);
        return new ClusterLayout(root, majorVersion, new ServerPlace(folder, ServerPlace.ChooseSocketFolder(folder, account), account));
    }

    private static string FolderOf(string root, int majorVersion) => Path.Combine(root, majorVersion.ToString(CultureInfo.InvariantCulture));

    private static int? NewestIn(string root)
    {
        int? newest = null;
        foreach (var folder in Directory.Exists(root) ? Directory.GetDirectories(root) : [])
        {
            if (File.Exists(Path.Combine(folder, ServerPlace.DataName, "PG_VERSION"))
                && int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var major)
                && !(major <= newest))
            {
                newest = major;
            }
        }

        return newest;
    }
}
