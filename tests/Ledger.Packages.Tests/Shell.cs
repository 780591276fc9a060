using System.Diagnostics;

namespace Ledger.Packages.Tests;

/// <summary>Runs programs as a person would, in a folder and with an environment of the test's own.</summary>
internal static class Shell
{
    /// <summary>Runs a program to its end; what it printed, errors included, and its exit code.</summary>
    public static async Task<(int Code, string Output)> TryAsync(string folder, IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        using var process = Process.Start(InfoOf(folder, environment, program, arguments))!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        var errors = await error;
        await process.WaitForExitAsync();
        return (process.ExitCode, output + errors);
    }

    /// <summary>The same for a program that must succeed.</summary>
    /// <exception cref="InvalidOperationException">It ended with another exit code; the message has all that it printed.</exception>
    public static async Task<string> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        var (code, output) = await TryAsync(folder, environment, program, arguments);
        return code == 0 ? output : throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' ended with {code}:\n{output}");
    }

    /// <summary>How a process is started that reads nothing of what the test's own build has set.</summary>
    public static ProcessStartInfo InfoOf(string folder, IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(IsOfABuild).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    // A test host inherits these from 'dotnet test', and a build that inherits them looks for its targets in the wrong place.
    private static bool IsOfABuild(string name) =>
        name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase) || name.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase) || name is "DOTNET_HOST_PATH";
}
