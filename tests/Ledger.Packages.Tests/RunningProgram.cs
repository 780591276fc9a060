using System.Diagnostics;

namespace Ledger.Packages.Tests;

/// <summary>A program that runs until it is disposed, and what it prints.</summary>
internal sealed class RunningProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;

    public RunningProgram(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        // A pipe that is full would stop it.
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
    }

    /// <summary>Reads lines up to the first with the text, and returns that one.</summary>
    /// <exception cref="InvalidOperationException">The program ended without it.</exception>
    public async Task<string> WaitForAsync(string text)
    {
        using var limit = new CancellationTokenSource(Patience);
        var printed = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            printed.Add(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"It ended without '{text}':\n{string.Join('\n', printed)}");
    }

    /// <summary>The address in the line that a web application prints when it is ready.</summary>
    public async Task<Uri> WaitForAddressAsync()
    {
        const string Listening = "Now listening on: ";
        var line = await WaitForAsync(Listening);
        return new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..].Trim());
    }

    /// <summary>Ends it with its children: 'dotnet run' starts the program as one.</summary>
    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
