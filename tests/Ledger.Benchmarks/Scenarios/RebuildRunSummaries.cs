using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Projections;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>All summaries are written again from the first event.</summary>
internal sealed class RebuildRunSummaries : RunSummaryScenario
{
    private readonly Contender _ledger = new("Ledger", (bench, cancellationToken) =>
        DaemonLoad.RebuildAsync(bench, "ledger:runs", null, cancellationToken));

    public override string Name => "rebuild-runs";

    public override string Title => "rebuild of the summaries of 10,000 runs with 1,000,000 events";

    public override IReadOnlyList<Contender> Contenders => [_ledger];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.EventsPerSecond, _ledger) with { AtLeast = 50_000 },
        Goal.Absolute(Figure.Heap, _ledger) with { AtLeast = 100 },
    ];

    protected override (int Runs, int Events) SizeIn(Workload workload) => (workload.LongEvents / 100, 100);
}
