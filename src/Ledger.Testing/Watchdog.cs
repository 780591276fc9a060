using System.Diagnostics;

namespace Ledger.Testing;

/// <summary>A separate process that removes a throw-away server when this process ends or asks for it.</summary>
/// <remarks>No other code removes servers: the way that works after <c>kill -9</c> also serves an orderly end.</remarks>
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

    /// <summary>Starts watching, before anything else is in the folder, so that no moment is unwatched.</summary>
    internal static Watchdog Start(string folder)
    {
        using var stream = typeof(Watchdog).Assembly.GetManifestResourceStream("watchdog.sh")
            ?? throw new InvalidOperationException("The script 'watchdog.sh' is not embedded.");
        using var reader = new StreamReader(stream);
        string[] shell = ["/bin/sh", "-c", $"eval \"${Variable}\"", folder];

        // In its own session, so that it survives when the whole process group is killed.
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

    /// <summary>Requests removal of the server and waits for it.</summary>
    internal async Task RemoveAsync(CancellationToken cancellationToken)
    {
        _process.StandardInput.Close();
        await _output.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        _process.Dispose();
    }

    /// <summary>The same for process exit, where awaiting is not possible.</summary>
    internal void RemoveAtExit()
    {
        _process.StandardInput.Close();
        _output.CopyToAsync(Stream.Null).Wait(Patience);
    }
}
