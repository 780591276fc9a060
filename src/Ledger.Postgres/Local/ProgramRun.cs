using System.Diagnostics;

namespace Ledger.Postgres.Local;

/// <summary>Runs a program to its end, as the server's user.</summary>
internal static class ProgramRun
{
    // A server that inherited the pipe would hold it open for ever; what a program says, it has said when it ends.
    private static readonly TimeSpan RestOfOutput = TimeSpan.FromSeconds(2);

    internal static async Task<ProgramResult> RunAsync(
        ServerAccount? account, string workingFolder, string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = StartInfo(account, workingFolder, program, arguments) };
        process.Start();
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // With its children: initdb's would go on writing into a folder that the next start removes.
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        return new ProgramResult(process.ExitCode, await RestAsync(output).ConfigureAwait(false), await RestAsync(error).ConfigureAwait(false));
    }

    private static ProcessStartInfo StartInfo(ServerAccount? account, string workingFolder, string program, IReadOnlyList<string> arguments)
    {
        IReadOnlyList<string> command = account?.CommandFor(program, arguments) ?? [program, .. arguments];
        var info = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = workingFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // PGPORT, PGDATA and the like speak of another server of the machine, and messages are to be understood everywhere.
        foreach (var name in info.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            info.Environment.Remove(name);
        }

        info.Environment["LC_ALL"] = "C";
        return info;
    }

    private static async Task<string> RestAsync(Task<string> output)
    {
        try
        {
            return await output.WaitAsync(RestOfOutput).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return "";
        }
    }
}
