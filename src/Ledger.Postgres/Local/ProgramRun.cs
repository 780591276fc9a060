using System.Diagnostics;

namespace Ledger.Postgres.Local;

/// <summary>Runs a program to its end, as the server's user.</summary>
internal static class ProgramRun
{
    // A server that inherited the pipe would hold it open forever; the output of a program is complete when it ends.
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
            // With its children: those of initdb would keep writing into a folder that the next start removes.
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

        // PGPORT, PGDATA and the like refer to another server of the machine, and messages must be in English.
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
