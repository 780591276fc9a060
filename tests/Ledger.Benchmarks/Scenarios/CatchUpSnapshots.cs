using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Projections;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>A daemon begins with the first event and keeps a document of each run.</summary>
internal sealed class CatchUpSnapshots : RunsScenario
{
    private readonly Contender _ledger = new("Ledger", (bench, cancellationToken) =>
        DaemonLoad.CatchUpAsync(bench, BenchProjections.Counts, cancellationToken));

    public override string Name => "catchup-snapshot";

    public override string Title => "asynchronous snapshot over 1,000,000 events, from the first";

    public override IReadOnlyList<Contender> Contenders => [_ledger];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.EventsPerSecond, _ledger) with { AtLeast = 150_000 },
        Goal.Absolute(Figure.Heap, _ledger) with { AtLeast = 100 },
    ];
}
