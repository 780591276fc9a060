using System.Diagnostics;

namespace Ledger.Postgres.Tests.Log;

/// <summary>A file system in memory that is soon full. Only root can make one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _ballast;

    private SmallDisk(string folder)
    {
        Folder = folder;
        _ballast = Path.Combine(folder, "ballast");
    }

    public string Folder { get; }

    public static SmallDisk Mount(int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("ledger-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0755", "tmpfs", folder) is { } fault)
        {
            Directory.Delete(folder);
            throw new InvalidOperationException(fault);
        }

        return new SmallDisk(folder);
    }

    /// <summary>Takes all room but so much.</summary>
    public void FillUpTo(long freeBytes)
    {
        using var ballast = File.Create(_ballast);
        var block = new byte[64 * 1024];
        while (new DriveInfo(Folder).AvailableFreeSpace > freeBytes)
        {
            ballast.Write(block);
            ballast.Flush();
        }
    }

    public void MakeRoom() => File.Delete(_ballast);

    public void Dispose()
    {
        Run("umount", "--lazy", Folder);
        Directory.Delete(Folder);
    }

    /// <summary>Null when the program succeeds, else what it says.</summary>
    private static string? Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"'{program}' ended with {process.ExitCode}: {said.Trim()}";
    }

    /// <summary>A test that is skipped, with the reason, where no such file system can be made.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class FactAttribute : Xunit.FactAttribute
    {
        private static readonly Lazy<string?> Hindrance = new(FindHindrance);

        public FactAttribute() => Skip = Hindrance.Value;

        private static string? FindHindrance()
        {
            if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            {
                return "A small file system can be mounted by root on Linux only.";
            }

            try
            {
                Mount(megabytes: 1).Dispose();
                return null;
            }
            catch (InvalidOperationException fault)
            {
                return $"A small file system cannot be mounted here: {fault.Message}";
            }
        }
    }
}
