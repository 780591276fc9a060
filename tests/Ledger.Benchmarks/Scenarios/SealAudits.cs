using System.Diagnostics;
using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Projections;
using Ledger.Seal;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Every row of a sealed log is compared with the tree.</summary>
internal sealed class SealAudits : SealedScenario
{
    private readonly Contender _ledger = new("Ledger", async (bench, cancellationToken) =>
    {
        using var heap = new HeapWatch();
        var started = Stopwatch.GetTimestamp();
        var audit = await new LogSeal(bench.DataSource).AuditAsync(null, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return audit.IsClean && audit.Checkpoints == 1
            ? new Measurement { [Figure.EventsPerSecond] = audit.Events / seconds, [Figure.Heap] = heap.MostMegabytes }
            : throw new InvalidOperationException("The audit found something.");
    });

    public override string Name => "seal-audit";

    public override string Title => "audit of 1,000,000 sealed events";

    public override IReadOnlyList<Contender> Contenders => [_ledger];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.EventsPerSecond, _ledger) with { AtLeast = 150_000 },
        Goal.Absolute(Figure.Heap, _ledger) with { AtLeast = 100 },
    ];
}
