using System.Diagnostics;
using System.Text.Json.Nodes;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>A world is read from the snapshot near the end of its run; the same world is folded from the start beside it.</summary>
internal sealed class SnapshotLoad : Scenario
{
    private const int Objects = 1_000;
    private const int Tail = 100;
    private const int BatchSize = 1_000;

    private readonly Contender _snapshot = new("snapshot and tail", (bench, cancellationToken) => MeasureAsync(
        10, () => RunOf(bench).GetWorldAsync(cancellationToken: cancellationToken)));

    private readonly Contender _fold = new("fold of the run", (bench, cancellationToken) => MeasureAsync(
        1, () => RunOf(bench).GetWorldAsync(
            new Position(bench.Workload.LongEvents / 10 - Tail - 1), cancellationToken)));

    public override string Name => "snapshot-load";

    public override string Title => "world of a run of 100,000 events, with a snapshot 100 before its end";

    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override IReadOnlyList<Contender> Contenders => [_snapshot, _fold];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.Middle, _snapshot, _fold),
        Goal.Absolute(Figure.Middle, _snapshot) with { AtLeast = 50 },
    ];

    public override async Task PrepareAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var run = RunOf(bench);
        var count = bench.Workload.LongEvents / 10;
        for (var first = 0; first < count - Tail; first += BatchSize)
        {
            var last = Math.Min(first + BatchSize, count - Tail);
            await run.AppendAsync([.. Enumerable.Range(first, last - first).Select(EventAt)], cancellationToken);
        }

        await run.SaveSnapshotAsync(cancellationToken);
        await run.AppendAsync([.. Enumerable.Range(count - Tail, Tail).Select(EventAt)], cancellationToken);
    }

    // Without rows, from which the world would be read.
    private static Run RunOf(Workbench bench) => new AgentLedger(bench.PlainStore).GetRun("snapshot");

    private static object EventAt(int n) => n < Objects
        ? new ObjectCreated($"object-{n}", "Claim", new JsonObject { ["text"] = "New finding about something that is quite long enough" })
        : new ObjectPatched($"object-{n % Math.Min(Objects, n)}", new JsonObject { ["n"] = n });

    private static async Task<Measurement> MeasureAsync(int times, Func<Task> read)
    {
        var latencies = new Latencies();
        for (var i = 0; i < times; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await read();
            latencies.Add(Stopwatch.GetTimestamp() - started);
        }

        return new Measurement { [Figure.Middle] = latencies.Milliseconds(0.50) };
    }
}
