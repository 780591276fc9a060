using System.Diagnostics;

namespace Ledger.Testing;

/// <summary>A process that removes a throw-away server when this one has ended or asks for it.</summary>
/// <remarks>The only code that removes one: what works after <c>kill -9</c> works on an orderly end as well.</remarks>
internal sealed class Watchdog
{
    private const string Variable = "LEDGER_WATCHDOG";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Process _process;
    private readonly Stream _output;

    private Watchdog(Process process)
    {
        _process = process;
        _output = process.StandardOutput.BaseStream;
    }

    /// <summary>Starts watching; before anything else is in the folder, so that no moment is left out.</summary>
    internal static Watchdog Start(string folder)
    {
        using var stream = typeof(Watchdog).Assembly.GetManifestResourceStream("watchdog.sh")
            ?? throw new InvalidOperationException("The script 'watchdog.sh' is not embedded.");
        using var reader = new StreamReader(stream);
        string[] shell = ["/bin/sh", "-c", $"eval \"${Variable}\"", folder];

        // In a session of its own, for who kills a whole process group.
        string[] command = File.Exists("/usr/bin/setsid") ? ["/usr/bin/setsid", .. shell] : shell;
        var info = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        info.Environment[Variable] = reader.ReadToEnd();
        var process = Process.Start(info) ?? throw new InvalidOperationException("'/bin/sh' could not be started.");
        return new Watchdog(process);
    }

    /// <summary>Has the server removed and returns when it is.</summary>
    internal async Task RemoveAsync(CancellationToken cancellationToken)
    {
        _process.StandardInput.Close();
        await _output.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        _process.Dispose();
    }

    /// <summary>The same for the last moment of a process, which cannot await.</summary>
    internal void RemoveAtExit()
    {
        _process.StandardInput.Close();
        _output.CopyToAsync(Stream.Null).Wait(Patience);
    }
}
