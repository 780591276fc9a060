using Ledger.Benchmarks.Martens;
using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Projections;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Rebuilds the rows of worlds in place, beside Marten's rebuild of a document for each object.</summary>
internal sealed class RebuildWorldRows : RunsScenario
{
    private readonly Contender _ledger = new("Ledger", (bench, cancellationToken) =>
        DaemonLoad.RebuildAsync(bench, "ledger:world", null, cancellationToken));

    private readonly Contender _marten = MartenDerived.RebuildingObjects();

    public override string Name => "rebuild-worlds";

    public override string Title => "rebuild of the rows of worlds, 5,000 runs of 200 events; by Marten 500 of them";

    public override IReadOnlyList<Contender> Contenders => [_ledger, _marten];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.EventsPerSecond, _ledger, _marten) with { AtLeast = 4 },
        Goal.Absolute(Figure.EventsPerSecond, _ledger) with { AtLeast = 250_000 },
        Goal.Absolute(Figure.Heap, _ledger) with { AtLeast = 100 },
    ];
}
