using System.Diagnostics;
using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Projections;
using Ledger.Seal;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>A log that is there already is sealed from its first event.</summary>
internal sealed class SealLog : RunsScenario
{
    private readonly Contender _ledger = new("Ledger", async (bench, cancellationToken) =>
    {
        using var heap = new HeapWatch();
        var started = Stopwatch.GetTimestamp();
        var events = await new LogSeal(bench.DataSource).SealAsync(cancellationToken);
        return new Measurement
        {
            [Figure.EventsPerSecond] = events / Stopwatch.GetElapsedTime(started).TotalSeconds,
            [Figure.Heap] = heap.MostMegabytes,
        };
    });

    public override string Name => "seal";

    public override string Title => "sealing of 1,000,000 events";

    public override IReadOnlyList<Contender> Contenders => [_ledger];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.EventsPerSecond, _ledger) with { AtLeast = 50_000 },
        Goal.Absolute(Figure.Heap, _ledger) with { AtLeast = 100 },
    ];
}
