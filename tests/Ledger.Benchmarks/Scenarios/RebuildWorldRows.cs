using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Projections;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Rebuilds the rows of worlds in place.</summary>
internal sealed class RebuildWorldRows : RunsScenario
{
    private readonly Contender _ledger = new("Ledger", (bench, cancellationToken) =>
        DaemonLoad.RebuildAsync(bench, "ledger:world", null, cancellationToken));

    public override string Name => "rebuild-worlds";

    public override string Title => "rebuild of the rows of worlds, 5,000 runs of 200 events";

    public override IReadOnlyList<Contender> Contenders => [_ledger];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.EventsPerSecond, _ledger) with { AtLeast = 250_000 },
        Goal.Absolute(Figure.Heap, _ledger) with { AtLeast = 100 },
    ];
}
