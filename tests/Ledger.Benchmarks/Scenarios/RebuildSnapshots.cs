using Ledger.Benchmarks.Martens;
using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Projections;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Rebuilds the documents of worlds next to the existing ones.</summary>
internal sealed class RebuildSnapshots : RunsScenario
{
    private readonly Contender _ledger = new("Ledger", (bench, cancellationToken) =>
        DaemonLoad.RebuildAsync(bench, BenchProjections.Worlds.Name, BenchProjections.Worlds, cancellationToken));

    private readonly Contender _marten = MartenDerived.Rebuilding();

    public override string Name => "rebuild-snapshot";

    public override string Title => "rebuild of Snapshot<World>, 5,000 runs of 200 events; by Marten 500 of them";

    public override IReadOnlyList<Contender> Contenders => [_ledger, _marten];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.EventsPerSecond, _ledger, _marten),
        Goal.Absolute(Figure.EventsPerSecond, _ledger) with { AtLeast = 150_000 },
        Goal.Absolute(Figure.Heap, _ledger) with { AtLeast = 100 },
    ];
}
