using System.Diagnostics;
using System.Globalization;
using Ledger.Postgres.Local;

namespace Ledger.Testing;

/// <summary>A private throw-away server, with a folder that is removed with it.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private const string InMemory = "/dev/shm";
    private const long RoomInMemory = 8L << 30;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private readonly Watchdog _watchdog;
    private readonly ServerPlace _place;
    private readonly PostgresServer _server;
    private int _disposed;

    private OwnServer(Watchdog watchdog, ServerPlace place, PostgresServer server)
    {
        _watchdog = watchdog;
        _place = place;
        _server = server;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    internal string Administration => LocalCluster.ConnectionStringOf(_place, "postgres", pooling: false);

    internal static async Task<OwnServer> StartAsync(TestPostgresOptions options, CancellationToken cancellationToken)
    {
        var programs = PostgresPrograms.Find();
        var account = ServerAccount.Choose();
        var folder = await ChooseFolderAsync(options.Durability, account, cancellationToken).ConfigureAwait(false);
        var watchdog = Watchdog.Start(folder);
        var place = new ServerPlace(folder, folder, account);
        var server = new PostgresServer(place, programs, options.AllSettings(), options.Timeout, TimeProvider.System);
        var own = new OwnServer(watchdog, place, server);
        try
        {
            await place.PrepareAsync(cancellationToken).ConfigureAwait(false);
            await FreshData.CopyToAsync(place, cancellationToken).ConfigureAwait(false);
            await server.StartAsync(cancellationToken).ConfigureAwait(false);
            return own;
        }
        catch
        {
            await own.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The path of a folder for a server, which is not made yet.</summary>
    internal static async Task<string> ChooseFolderAsync(TestDurability durability, ServerAccount? account, CancellationToken cancellationToken) => Path.Combine(
        await ChooseBaseAsync(durability, account, cancellationToken).ConfigureAwait(false), $"ledger-test-{Guid.NewGuid().ToString("N")[..16]}");

    internal async Task RestartAsync(CancellationToken cancellationToken)
    {
        await _server.StopAsync(cancellationToken).ConfigureAwait(false);
        await _server.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    internal async Task KillAsync(CancellationToken cancellationToken)
    {
        if (Postmaster.FindAlive(_place.DataFolder) is not { } postmaster)
        {
            return;
        }

        // The parent first: it would restart after a child is killed.
        var processes = ChildrenOf(postmaster.ProcessId).Prepend(postmaster.ProcessId).ToList();
        foreach (var processId in processes)
        {
            Kill(processId);
        }

        // Children started a moment ago end by themselves when they find the parent gone.
        while (processes.Exists(IsRunning))
        {
            await Task.Delay(Pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        await _watchdog.RemoveAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private void OnProcessExit(object? sender, EventArgs arguments) => _watchdog.RemoveAtExit();

    private static async Task<string> ChooseBaseAsync(TestDurability durability, ServerAccount? account, CancellationToken cancellationToken)
    {
        // What need not survive a crash need not be on a disk: creating and dropping databases there takes most of a test run's time.
        var own = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.GetTempPath()));
        string[] candidates = durability is TestDurability.None && HasRoomInMemory() ? [InMemory, own] : [own];
        foreach (var candidate in candidates)
        {
            if (await IsUsableAsync(candidate, account, cancellationToken).ConfigureAwait(false))
            {
                return candidate;
            }
        }

        return "/tmp";
    }

    // The server's user must be able to enter it, and the path of a socket in it must not be too long.
    private static async Task<bool> IsUsableAsync(string folder, ServerAccount? account, CancellationToken cancellationToken)
    {
        const int NameLength = 32;
        return Directory.Exists(folder)
            && ServerPlace.CanHoldSocket(folder + new string('x', NameLength))
            && (account is null || await PrivateFolder.CanEnterAsync(folder, account, cancellationToken).ConfigureAwait(false));
    }

    // Containers often have a small one, and other processes need memory as well.
    private static bool HasRoomInMemory()
    {
        try
        {
            return OperatingSystem.IsLinux()
                && new DriveInfo(InMemory) is { DriveFormat: "tmpfs" } drive
                && drive.AvailableFreeSpace >= RoomInMemory
                && GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >= 2 * RoomInMemory;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IEnumerable<int> ChildrenOf(int parent)
    {
        if (!OperatingSystem.IsLinux())
        {
            yield break;
        }

        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var processId) && ParentOf(processId) == parent)
            {
                yield return processId;
            }
        }
    }

    private static int? ParentOf(int processId) =>
        StatOf(processId) is [_, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : null;

    // "pid (name) state parent …", and the name may have spaces. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    private static string[]? StatOf(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void Kill(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            process.Kill();
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            // The process has already ended.
        }
    }

    private static bool IsRunning(int processId)
    {
        if (OperatingSystem.IsLinux())
        {
            // A process that has ended may stay a zombie forever if the first process of a container does not reap it.
            return StatOf(processId) is [not ("Z" or "X"), ..];
        }

        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
