using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Projections;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>The same while others append 1,000 events a second.</summary>
internal sealed class VisibleUnderLoad : Scenario
{
    private readonly Contender _ledger = new("Ledger", (bench, cancellationToken) =>
        VisibleLoad.MeasureAsync(bench, TimeSpan.FromMilliseconds(10), background: 1_000, cancellationToken));

    public override string Name => "visible-1000";

    public override string Title => "from the commit to the asynchronous document, at 1,000 events a second";

    public override IReadOnlyList<Contender> Contenders => [_ledger];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.Middle, _ledger),
        Goal.Absolute(Figure.Tail, _ledger) with { AtLeast = 15 },
    ];
}
