using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Projections;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>A daemon begins with the first event and writes a row for each.</summary>
internal sealed class CatchUpRows : RunsScenario
{
    private readonly Contender _ledger = new("Ledger", (bench, cancellationToken) =>
        DaemonLoad.CatchUpAsync(bench, BenchProjections.Seen, cancellationToken));

    public override string Name => "catchup-rows";

    public override string Title => "asynchronous rows, one an event, over 1,000,000 events, from the first";

    public override IReadOnlyList<Contender> Contenders => [_ledger];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.EventsPerSecond, _ledger) with { AtLeast = 60_000 },
        Goal.Absolute(Figure.Heap, _ledger) with { AtLeast = 100 },
    ];
}
