using Ledger.Benchmarks.Measuring;
using Ledger.Seal;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Something is asked of a log that is sealed and signed.</summary>
internal abstract class SealedScenario : RunsScenario
{
    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override async Task PrepareAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var seal = new LogSeal(bench.DataSource);
        await seal.SealAsync(cancellationToken);
        await seal.CheckpointAsync([SealKey.Generate("example.com/bench")], null, cancellationToken);
    }
}
