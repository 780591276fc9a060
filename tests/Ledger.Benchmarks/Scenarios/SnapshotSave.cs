using System.Diagnostics;
using System.Text.Json.Nodes;
using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Projections;
using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>The world of a long run is saved as a snapshot: from its rows, and, without rows, by folding it.</summary>
internal sealed class SnapshotSave : Scenario
{
    private const string Id = "snapshot";
    private const int Objects = 1_000;

    private readonly Contender _rows = new("from rows", (bench, cancellationToken) => MeasureAsync(bench.Ledger, 5, cancellationToken));

    private readonly Contender _fold = new(
        "fold of the run", (bench, cancellationToken) => MeasureAsync(new AgentLedger(bench.PlainStore), 1, cancellationToken));

    public override string Name => "snapshot-save";

    public override string Title => "snapshot of a run of 200,000 events and 1,000 objects, which has none before";

    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override IReadOnlyList<Contender> Contenders => [_rows, _fold];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.Middle, _rows, _fold),
        Goal.Absolute(Figure.Middle, _rows) with { AtLeast = 1_000 },
        Goal.Absolute(Figure.Heap, _rows) with { AtLeast = 100 },
    ];

    public override Task PrepareAsync(Workbench bench, CancellationToken cancellationToken) =>
        bench.FillWorldAsync($"run:{Id}", bench.Workload.LongEvents / 5, Math.Min(Objects, bench.Workload.LongEvents / 10), cancellationToken);

    private static async Task<Measurement> MeasureAsync(AgentLedger ledger, int times, CancellationToken cancellationToken)
    {
        var latencies = new Latencies();
        var run = ledger.GetRun(Id);
        GC.Collect();
        using var heap = new HeapWatch();
        for (var i = 0; i < times; i++)
        {
            // A stored snapshot would be where the fold begins.
            var length = await run.GetLengthAsync(cancellationToken);
            await ledger.Store.Get<ISnapshotStore>()!.DiscardSnapshotAsync(run.StreamName, new StreamVersion(length.Value), cancellationToken);
            await run.AppendAsync([new ObjectPatched("obj-1", new JsonObject { ["n"] = length.Value })], cancellationToken);

            var started = Stopwatch.GetTimestamp();
            await run.SaveSnapshotAsync(cancellationToken);
            latencies.Add(Stopwatch.GetTimestamp() - started);
        }

        return new Measurement { [Figure.Middle] = latencies.Milliseconds(0.50), [Figure.Heap] = heap.MostMegabytes };
    }
}
