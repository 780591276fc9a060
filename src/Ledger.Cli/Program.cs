namespace Ledger.Cli;

/// <summary>The process: its arguments in, its exit code out.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        using var interruption = new Interruption();
        return await interruption.WatchAsync(CommandLine.InvokeAsync(args, CommandIo.OfProcess(), interruption.Token));
    }
}
