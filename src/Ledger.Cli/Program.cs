namespace Ledger.Cli;

/// <summary>The process: its arguments in, its exit code out.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => args is ["--version"] ? Task.FromResult(ProgramVersion.Print()) : RunAsync(args);

    private static async Task<int> RunAsync(string[] args)
    {
        using var interruption = new Interruption();

        // A call that blocks, such as that to open a pipe that has no writer, must not keep a signal from ending the program.
        return await interruption.WatchAsync(Task.Run(() => CommandLine.InvokeAsync(args, CommandIo.OfProcess(), interruption.Token)));
    }
}
