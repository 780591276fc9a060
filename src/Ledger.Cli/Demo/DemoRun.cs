using Ledger.Cli.Demo.Files;
using Ledger.Cli.Demo.Findings;
using Ledger.Events;
using Ledger.Runs;

namespace Ledger.Cli.Demo;

/// <summary>The demo from its first to its last event: a run that observes and judges, and a branch that judges otherwise.</summary>
internal static class DemoRun
{
    /// <summary>Runs the demo.</summary>
    /// <exception cref="DemoFolderException">The folder is missing, is no folder, cannot be read, or has nothing to read.</exception>
    public static async Task<DemoResult> RunAsync(
        AgentLedger ledger,
        DemoOptions options,
        IProgress<AgentProgress>? progress,
        CancellationToken cancellationToken)
    {
        var folder = CheckedFolder(options, cancellationToken);
        var run = await ledger.StartRunAsync(options.RunId, cancellationToken);
        var forkPosition = await new CodebaseAgent(run, options.Limits, progress).ObserveAsync(folder, cancellationToken);
        await new Judge(run).ApplyAsync(FindingRule.Everything, cancellationToken);

        var fork = new ForkOptions
        {
            Id = $"{options.RunId}-{FindingRule.CodeOnly.Name}",
            Name = "what if only code counted?",
            Metadata = new EventMetadata { Actor = DemoPhase.Actor, Source = DemoPhase.Fork },
        };
        var branch = await run.ForkAsync(forkPosition, fork, cancellationToken);
        await new Judge(branch).ApplyAsync(FindingRule.CodeOnly, cancellationToken);
        return await DemoResult.ReadAsync(ledger, run, branch, forkPosition, DisplayText.Storable(folder), cancellationToken);
    }

    private static string CheckedFolder(DemoOptions options, CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(options.Folder);
        var shown = DisplayText.OneLine(options.Folder);
        if (File.Exists(folder))
        {
            throw new DemoFolderException($"'{shown}' is a file. Name the folder that the demo is to look at.");
        }

        if (!Directory.Exists(folder))
        {
            throw new DemoFolderException($"There is no folder '{shown}'. Name one that exists, or none for the current one.");
        }

        try
        {
            // The agent lists it again, for the record; a run that could only say that nothing is there is not begun.
            return FolderListing.List(folder, options.Limits with { MaxFiles = 1 }, cancellationToken).Files.Count > 0
                ? folder
                : throw new DemoFolderException(
                    $"The folder '{shown}' has no files to look at; links and build output do not count. Name another one.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DemoFolderException($"The folder '{shown}' cannot be read: {DisplayText.OneLine(fault.Message)}");
        }
    }
}
