using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace Ledger.Cli.Output;

/// <summary>A program that shows long output page by page, such as <c>less</c>.</summary>
/// <param name="Input">What it shows.</param>
/// <param name="WaitAsync">Waits until it has ended.</param>
internal sealed record Pager(Stream Input, Func<Task> WaitAsync)
{
    /// <summary>Whether one is shown: until a person leaves it, the program that feeds it must not end.</summary>
    public static bool IsShown { get; private set; }

    /// <summary>The command line of the pager, or null for none: <c>LEDGER_PAGER</c>, else <c>PAGER</c>, else <c>less</c>; <c>cat</c> is none.</summary>
    public static string? CommandOf(CommandIo io)
    {
        var command = (io.Environment("LEDGER_PAGER") ?? io.Environment("PAGER") ?? "less").Trim();
        return command is "" or "cat" ? null : command;
    }

    /// <summary>Starts a pager through the shell, as git does; null where there is no shell, or no such program.</summary>
    public static Pager? Start(string command)
    {
        try
        {
            return OperatingSystem.IsWindows() || !IsInstalled(command.Split(' ')[0]) ? null : StartInShell(command);
        }
        catch (Win32Exception)
        {
            // Images without a shell have no pager either.
            return null;
        }
    }

    private static Pager StartInShell(string command)
    {
        var info = new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardInput = true };
        // The settings of git: quit if one page is enough, keep colours, leave the text on the screen.
        info.Environment.TryAdd("LESS", "FRX");
        info.Environment.TryAdd("LV", "-c");
        var process = Process.Start(info)!;
        // The stream of a process reports a pager that was left as any failure; one of the file descriptor reports a closed pipe.
        var pipe = (PipeStream)process.StandardInput.BaseStream;
        var input = new FileStream(new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false), FileAccess.Write, bufferSize: 0);
        IsShown = true;
        return new Pager(input, async () =>
        {
            if (!IsShown)
            {
                return;
            }

            using (process)
            {
                await input.DisposeAsync();
                await pipe.DisposeAsync();
                await process.WaitForExitAsync();
                IsShown = false;
            }
        });
    }

    // What has settings before its name is left to the shell.
    private static bool IsInstalled(string program)
    {
        using var probe = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "command -v \"$1\" > /dev/null 2>&1", "sh", program]))!;
        probe.WaitForExit();
        return probe.ExitCode == 0 || program.Contains('=', StringComparison.Ordinal);
    }
}
