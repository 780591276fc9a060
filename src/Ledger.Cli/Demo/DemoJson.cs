using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Demo;

/// <summary>A demo as one JSON document.</summary>
internal static class DemoJson
{
    public static DemoContract Of(DemoResult result, IReadOnlyList<string> next) => new(
        result.Run.Id,
        result.Branch.Id,
        result.ForkPosition.Value,
        result.RunWorld.Position.Value,
        result.BranchWorld.Position.Value,
        Phases(result.RunPhases),
        Phases(result.BranchPhases),
        DiffContract.Of(result.Diff),
        CallTotalsContract.Of(result.RunUsage.Whole),
        CallTotalsContract.Of(result.BranchUsage.SinceFork!),
        next);

    private static DemoPhaseContract[] Phases(IReadOnlyList<DemoPhase> phases) =>
        [.. phases.Select(phase => new DemoPhaseContract(phase.Name, phase.From.Value, phase.Events, phase.Outcome))];
}
