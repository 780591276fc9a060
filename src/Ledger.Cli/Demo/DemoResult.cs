using Ledger.Branches;
using Ledger.Runs;
using Ledger.Streams;
using Ledger.Worlds;

namespace Ledger.Cli.Demo;

/// <summary>What a demo left in the log, read back from it.</summary>
/// <param name="Folder">The folder that was looked at.</param>
/// <param name="Run">The run.</param>
/// <param name="Branch">The branch.</param>
/// <param name="ForkPosition">How many events they share.</param>
/// <param name="RunPhases">The run's events by phase.</param>
/// <param name="BranchPhases">The branch's own events by phase.</param>
/// <param name="RunWorld">What the run says is there.</param>
/// <param name="BranchWorld">What the branch says is there.</param>
/// <param name="Branches">The branches below the run.</param>
internal sealed record DemoResult(
    string Folder,
    Run Run,
    Run Branch,
    Position ForkPosition,
    IReadOnlyList<PhaseSummary> RunPhases,
    IReadOnlyList<PhaseSummary> BranchPhases,
    World RunWorld,
    World BranchWorld,
    IReadOnlyList<BranchNode> Branches)
{
    /// <summary>What differs, from the run to the branch.</summary>
    public WorldDiff Diff { get; } = WorldDiff.Between(RunWorld, BranchWorld);

    /// <summary>The commands to try next.</summary>
    /// <param name="program">What the command is called by, where the demo was.</param>
    /// <param name="options">The options that lead to the same log; empty, or beginning with a space.</param>
    public IReadOnlyList<string> Next(string program, string options) =>
    [
        $"{program} world {Run.Id} --at {ForkPosition}{options}",
        $"{program} events {Run.Id} --from {ForkPosition}{options}",
        $"{program} events {Run.Id} --type tool.called{options}",
        $"{program} diff {Run.Id} {Branch.Id}{options}",
        $"{program} branches {Run.Id}{options}",
        $"{program} status {Branch.Id}{options}",
        $"{program} fork {Branch.Id} --at {ForkPosition} --name \"my own idea\"{options}",
    ];

    /// <summary>Reads what is there.</summary>
    public static async Task<DemoResult> ReadAsync(
        AgentLedger ledger,
        Run run,
        Run branch,
        Position forkPosition,
        string folder,
        CancellationToken cancellationToken)
    {
        var runEvents = await run.ReadAllAsync(cancellationToken);
        var branchEvents = await branch.ReadAllAsync(cancellationToken);
        return new DemoResult(
            folder,
            run,
            branch,
            forkPosition,
            PhaseSummary.Of(runEvents),
            PhaseSummary.Of([.. branchEvents.Skip((int)forkPosition.Value)]),
            World.Fold(runEvents),
            World.Fold(branchEvents),
            await ledger.ListBranchesAsync(run.StreamName, cancellationToken));
    }
}
