using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;

namespace Ledger.Cli.Demo;

/// <summary>The outcome of a demo, read back from the log.</summary>
/// <param name="Run">The run, which blames the wrong change.</param>
/// <param name="Branch">The branch, which takes another way.</param>
/// <param name="RunPhases">The run's events by phase.</param>
/// <param name="BranchPhases">The branch's own events by phase.</param>
/// <param name="RunWorld">The objects and relations of the run.</param>
/// <param name="BranchWorld">The objects and relations of the branch.</param>
/// <param name="Branches">The branches of the run.</param>
/// <param name="Blame">The events that set the status of the run's finding.</param>
/// <param name="Trace">Why the last of them happened.</param>
/// <param name="RunUsage">What the calls of the run cost.</param>
/// <param name="BranchUsage">What the calls of the branch cost and saved.</param>
internal sealed record DemoResult(
    Run Run,
    Run Branch,
    IReadOnlyList<DemoPhase> RunPhases,
    IReadOnlyList<DemoPhase> BranchPhases,
    World RunWorld,
    World BranchWorld,
    IReadOnlyList<BranchNode> Branches,
    Blame Blame,
    CausalTrace Trace,
    RunUsage RunUsage,
    RunUsage BranchUsage)
{
    /// <summary>How many events the branch shares with the run.</summary>
    public Position ForkPosition => Branch.History.PrefixLength;

    /// <summary>The differences from the run to the branch.</summary>
    public WorldDiff Diff { get; } = WorldDiff.Between(RunWorld, BranchWorld);

    /// <summary>The commands to try next.</summary>
    /// <param name="program">The name under which the command was started.</param>
    /// <param name="options">The options that select the same log; empty, or beginning with a space.</param>
    public IReadOnlyList<string> Next(string program, string options) =>
    [
        $"{program} events {Run.Id} --from {ForkPosition}{options}",
        $"{program} world {Run.Id} --at {ForkPosition}{options}",
        $"{program} neighbours {Branch.Id} {DemoStory.Finding} --depth 2{options}",
        $"{program} diff {Run.Id} {Branch.Id}{options}",
        $"{program} divergence {Run.Id} {Branch.Id}{options}",
        $"{program} blame {Run.Id} {DemoStory.Finding} status{options}",
        $"{program} trace {Trace.Entries[0].Id}{options}",
        $"{program} status {Branch.Id}{options}",
        $"{program} fork {Run.Id} --at {ForkPosition} --name \"my own idea\"{options}",
        $"{program} graph {Branch.Id} --picture world --svg {Branch.Id}.svg{options}",
        $"{program} serve{options}",
    ];

    /// <summary>Reads the current state of a run and its branch.</summary>
    public static async Task<DemoResult> ReadAsync(AgentLedger ledger, Run run, Run branch, CancellationToken cancellationToken)
    {
        var runEvents = await run.ReadAllAsync(cancellationToken);
        var branchEvents = await branch.ReadAllAsync(cancellationToken);
        var blame = await run.BlameAsync(DemoStory.Finding, "status", cancellationToken);
        return new DemoResult(
            run,
            branch,
            DemoPhase.Of(runEvents),
            DemoPhase.Of([.. branchEvents.Skip((int)branch.History.PrefixLength.Value)]),
            await run.GetWorldAsync(cancellationToken: cancellationToken),
            await branch.GetWorldAsync(cancellationToken: cancellationToken),
            await ledger.ListBranchesAsync(run.StreamName, cancellationToken),
            blame,
            await run.ExplainAsync(blame.Entries[^1].Event.Id, cancellationToken),
            await run.GetUsageAsync(cancellationToken),
            await branch.GetUsageAsync(cancellationToken));
    }
}
