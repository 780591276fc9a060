using System.Collections.Concurrent;
using System.ComponentModel;
using System.Globalization;

namespace Ledger.Runs;

/// <summary>Names a caller so that others can see whether it is gone, if they can see its process.</summary>
/// <remarks>
/// The name is <c>machine/process/start/caller</c>: the machine, with its boot and the namespace of its process ids (a container has its own), the id of the
/// process, when it started, and an id for the caller, which says how often the caller sends heartbeats (<see cref="CallHeartbeat"/>), if it does. Of its own process
/// this knows which callers are at work.
/// </remarks>
internal static class CallOwner
{
    private static readonly ConcurrentDictionary<string, bool> AtWork = new(StringComparer.Ordinal);

    private static readonly string Place = string.Join(
        ' ', new[] { Environment.MachineName.Replace('/', '-'), Boot(), NamespaceOfProcessIds() }.Where(p => p.Length > 0));

    private static readonly string Started = StartOf(Environment.ProcessId) ?? "";

    private const string Beats = "beats";
    private const int First = 1;

    /// <summary>The name of this process.</summary>
    public static string Process { get; } = string.Create(CultureInfo.InvariantCulture, $"{Place}/{Environment.ProcessId}/{Started}");

    /// <summary>A name for a new caller of this process.</summary>
    /// <param name="period">How often it sends heartbeats while it makes the call; null for never.</param>
    public static string New(TimeSpan? period) => string.Create(
        CultureInfo.InvariantCulture, $"{Process}/{(period is { } every ? $"{Beats}{(long)Math.Ceiling(every.TotalMilliseconds)}-" : "")}{Guid.NewGuid():N}");

    /// <summary>How often a caller sends heartbeats; null for one that does not.</summary>
    public static TimeSpan? PeriodOf(string? owner)
    {
        var caller = owner is null ? default : owner.AsSpan(owner.LastIndexOf('/') + 1);
        var end = caller.IndexOf('-');
        return end > Beats.Length
            && caller.StartsWith(Beats, StringComparison.Ordinal)
            && int.TryParse(caller[Beats.Length..end], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;
    }

    /// <summary>A caller of this process begins its work.</summary>
    public static void Begin(string owner) => AtWork.TryAdd(owner, true);

    /// <summary>A caller of this process has ended, well or not.</summary>
    public static void End(string owner) => AtWork.TryRemove(owner, out _);

    /// <summary>Whether a caller is one of this process, and at work.</summary>
    public static bool IsAtWork(string? owner) => owner is not null && AtWork.ContainsKey(owner);

    /// <summary>Whether a caller has certainly ended; false if that cannot be seen from here.</summary>
    public static bool IsGone(string? owner) => IsGone(owner, StartOf);

    /// <summary>The same with another view of processes: when one started, null where it shows none of that id, and empty where it does not show that.</summary>
    internal static bool IsGone(string? owner, Func<int, string?> startOf)
    {
        if (owner?.Split('/') is not [var place, var processText, var start, _]
            || place != Place
            || start.Length == 0
            || !int.TryParse(processText, NumberStyles.None, CultureInfo.InvariantCulture, out var process))
        {
            return false;
        }

        return process == Environment.ProcessId && start == Started
            ? !AtWork.ContainsKey(owner)
            : startOf(process) switch
            {
                // With hidepid, or ProtectProc of systemd, a process of another user is not there at all, nor is the first one. See proc(5).
                null => !OperatingSystem.IsLinux() || startOf(First) is not null,
                "" => false,
                var now => now != start,
            };
    }

    /// <summary>When a process started, by the monotonic clock where there is one; null if no process has that id, and empty if that cannot be seen.</summary>
    private static string? StartOf(int process)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // The program's name, in parentheses, may contain anything; the start is the 20th field after it. See proc(5).
                var stat = File.ReadAllText($"/proc/{process}/stat");
                return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
            }

            using var running = System.Diagnostics.Process.GetProcessById(process);
            return running.StartTime.ToUniversalTime().ToString("yyyyMMddHHmm", CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or ArgumentException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or Win32Exception or NotSupportedException)
        {
            return "";
        }
    }

    private static string NamespaceOfProcessIds()
    {
        try
        {
            return OperatingSystem.IsLinux() && File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false) is { } target ? target.Name : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Boot()
    {
        try
        {
            return OperatingSystem.IsLinux() ? File.ReadAllText("/proc/sys/kernel/random/boot_id")[..8] : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            return "";
        }
    }
}
