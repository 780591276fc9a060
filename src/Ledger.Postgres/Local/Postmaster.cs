using System.Diagnostics;
using System.Globalization;

namespace Ledger.Postgres.Local;

/// <summary>The server that <c>postmaster.pid</c> in a data folder speaks of.</summary>
/// <remarks>
/// After a crash the file stays and its process id may by now be anyone's. PostgreSQL and pg_ctl only ask whether the id is alive, so
/// pg_ctl would signal a stranger, and the server would refuse to start.
/// https://www.postgresql.org/docs/current/server-shutdown.html
/// </remarks>
internal sealed record Postmaster(int ProcessId, string DataFolder, string Text)
{
    /// <summary>Null when there is no file, or no process id in it.</summary>
    internal static Postmaster? Read(string dataFolder) =>
        TryReadText(PathIn(dataFolder)) is { } text
        && int.TryParse(text.Split('\n')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var processId)
            ? new Postmaster(processId, dataFolder, text)
            : null;

    /// <summary>The running server of a data folder, or null.</summary>
    internal static Postmaster? FindAlive(string dataFolder) => Read(dataFolder) is { IsAlive: true } postmaster ? postmaster : null;

    internal static string PathIn(string dataFolder) => Path.Combine(dataFolder, "postmaster.pid");

    /// <summary>
    /// Whether the process is this folder's server and no stranger with its number: a server works in its data folder, so the file seen
    /// from there is the same one.
    /// </summary>
    internal bool IsAlive
    {
        get
        {
            if (OperatingSystem.IsLinux())
            {
                // Line 8 (the state) may change between two readings; the first three are the process, the folder and the start.
                return TryReadText($"/proc/{ProcessId}/cwd/postmaster.pid") is { } seen && Identity(seen) == Identity(Text);
            }

            try
            {
                using var process = Process.GetProcessById(ProcessId);
                return process.ProcessName.StartsWith("postgres", StringComparison.Ordinal);
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }

    /// <summary>
    /// Removes a file whose process id now belongs to another program, or that a crash left empty: the server would refuse to start. The file of a process that
    /// is gone stays, because PostgreSQL uses it to find children that survived the crash.
    /// </summary>
    /// <returns>Whether an earlier server ended by a crash.</returns>
    internal static bool RemoveIfMisleading(string dataFolder)
    {
        var path = PathIn(dataFolder);
        if (!File.Exists(path))
        {
            return false;
        }

        if (Read(dataFolder) is not { } postmaster || (!postmaster.IsAlive && Exists(postmaster.ProcessId)))
        {
            File.Delete(path);
        }

        return true;
    }

    private static bool Exists(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string Identity(string text) => string.Join('\n', text.Split('\n').Take(3));

    private static string? TryReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
