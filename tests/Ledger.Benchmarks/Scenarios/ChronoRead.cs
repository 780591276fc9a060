using System.Diagnostics;
using Ledger.Benchmarks.Measuring;
using Ledger.Records;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>A long record store is opened and asked.</summary>
internal sealed class ChronoRead : ChronoScenario
{
    private readonly Contender _query = new("open, all decisions", (bench, cancellationToken) => MeasureAsync(
        10,
        async _ =>
        {
            await using var store = new ChronoStore(bench.Store, LongProject);
            var found = await store.QueryAsync(new ChronoQuery { Kind = "decision" }, cancellationToken).CountAsync(cancellationToken);
            if (found != (bench.Workload.LongEvents + 9_999) / 10_000)
            {
                throw new InvalidOperationException($"{found} records were found.");
            }
        }));

    private readonly Contender _get = new("get", async (bench, cancellationToken) =>
    {
        await using var store = new ChronoStore(bench.Store, LongProject);
        return await MeasureAsync(
            1_000,
            async i => _ = await store.GetAsync($"R-{i * 7919L % bench.Workload.LongEvents}", cancellationToken)
                ?? throw new InvalidOperationException("The record was not found."));
    });

    public override string Name => "chrono-read";

    public override string Title => "a store of 1,000,000 events: opened and asked for the 100 records of a kind; one record";

    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override IReadOnlyList<Contender> Contenders => [_query, _get];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.Tail, _query) with { AtLeast = 50 },
        Goal.Absolute(Figure.Middle, _get) with { AtLeast = 1 },
    ];

    public override Task PrepareAsync(Workbench bench, CancellationToken cancellationToken) => FillAsync(bench, cancellationToken);

    private static async Task<Measurement> MeasureAsync(int times, Func<int, Task> read)
    {
        var latencies = new Latencies();
        for (var i = 0; i < times; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await read(i);
            latencies.Add(Stopwatch.GetTimestamp() - started);
        }

        return new Measurement { [Figure.Middle] = latencies.Milliseconds(0.50), [Figure.Tail] = latencies.Milliseconds(0.99) };
    }
}
