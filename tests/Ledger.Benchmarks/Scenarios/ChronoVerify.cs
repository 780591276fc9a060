using System.Diagnostics;
using Ledger.Benchmarks.Measuring;
using Ledger.Records;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>A long chain is verified.</summary>
internal sealed class ChronoVerify : ChronoScenario
{
    private readonly Contender _ledger = new("Ledger", async (bench, cancellationToken) =>
    {
        await using var store = new ChronoStore(bench.Store, LongProject);
        var started = Stopwatch.GetTimestamp();
        var verdict = await store.VerifyChainAsync(cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return verdict.ChainValid
            ? new Measurement { [Figure.EventsPerSecond] = verdict.Events / seconds }
            : throw new InvalidOperationException(verdict.FirstBroken!.Reason);
    });

    public override string Name => "chrono-verify";

    public override string Title => "verification of a chain of 1,000,000 events";

    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override IReadOnlyList<Contender> Contenders => [_ledger];

    public override IReadOnlyList<Goal> Goals => [Goal.Absolute(Figure.EventsPerSecond, _ledger) with { AtLeast = 300_000 }];

    public override Task PrepareAsync(Workbench bench, CancellationToken cancellationToken) => FillAsync(bench, cancellationToken);
}
