using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Ledger.Runs;

/// <summary>Names a caller so that others can see whether its process is gone, where they can see that process.</summary>
/// <remarks>
/// The name is <c>machine/process/start/caller</c>: the machine with the namespace of its process ids (a container has its own), the id of the
/// process, when it started in seconds since 1970, and an id for the caller.
/// </remarks>
internal static class CallOwner
{
    // The start of a process is read with the rounding of the system's clock.
    private const long StartTolerance = 5;

    private static readonly string Place = $"{Environment.MachineName.Replace('/', '-')}{NamespaceOfProcessIds()}";

    private static readonly long Started = StartOf(Process.GetCurrentProcess());

    /// <summary>A name for a new caller of this process.</summary>
    public static string New() => string.Create(CultureInfo.InvariantCulture, $"{Place}/{Environment.ProcessId}/{Started}/{Guid.NewGuid():N}");

    /// <summary>Whether the process of a caller has certainly ended; false where that cannot be seen from here.</summary>
    public static bool IsGone(string? owner)
    {
        if (owner?.Split('/') is not [var place, var processText, var startText, _]
            || place != Place
            || !int.TryParse(processText, NumberStyles.None, CultureInfo.InvariantCulture, out var process)
            || !long.TryParse(startText, NumberStyles.None, CultureInfo.InvariantCulture, out var start))
        {
            return false;
        }

        try
        {
            using var running = Process.GetProcessById(process);
            return Math.Abs(StartOf(running) - start) > StartTolerance;
        }
        catch (ArgumentException)
        {
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or NotSupportedException)
        {
            return false;
        }
    }

    private static long StartOf(Process process) => new DateTimeOffset(process.StartTime).ToUnixTimeSeconds();

    private static string NamespaceOfProcessIds()
    {
        try
        {
            return OperatingSystem.IsLinux() && File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false) is { } target
                ? $" {target.Name}"
                : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
