using Ledger.Cli.Demo.Files;
using Ledger.Cli.Demo.Findings;
using Ledger.Events;
using Ledger.Runs;
using Ledger.Streams;

namespace Ledger.Cli.Demo;

/// <summary>The demo from its first to its last event: a run that observes and judges, and a branch that judges otherwise.</summary>
internal static class DemoRun
{
    /// <summary>Runs the demo.</summary>
    /// <param name="ledger">Where the run goes.</param>
    /// <param name="listing">The files to look at.</param>
    /// <param name="options">The ids, and how much is read.</param>
    /// <param name="progress">Is told how many files were read.</param>
    /// <param name="cancellationToken">Stops the work; what was appended stays.</param>
    public static async Task<DemoResult> RunAsync(
        AgentLedger ledger,
        Listing listing,
        DemoOptions options,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        var run = await ledger.StartRunAsync(options.RunId, cancellationToken);
        var forkPosition = await new CodebaseAgent(run, options.Limits, progress).ObserveAsync(listing, cancellationToken);
        await new Judge(run).ApplyAsync(FindingRule.Everything, cancellationToken);

        var shared = await run.ReadAsync(new Position(forkPosition.Value - 1), forkPosition, cancellationToken).LastAsync(cancellationToken);
        var fork = new ForkOptions
        {
            Id = options.BranchId,
            Name = "what if only code counted?",
            Metadata = new EventMetadata { Actor = DemoPhase.Actor, Source = DemoPhase.Fork, Causes = [shared.Id] },
        };
        var branch = await run.ForkAsync(forkPosition, fork, cancellationToken);
        await new Judge(branch).ApplyAsync(FindingRule.CodeOnly, cancellationToken);
        return await DemoResult.ReadAsync(ledger, run, branch, forkPosition, listing.Folder, cancellationToken);
    }
}
