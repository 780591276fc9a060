using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Writers;
using Ledger.Records;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Record stores.</summary>
internal abstract class ChronoScenario : WritingScenario
{
    private const int BatchSize = 5_000;

    /// <summary>The project with many events.</summary>
    protected const string LongProject = "long";

    /// <summary>Callers of one store that write at once.</summary>
    protected static Contender Upserts(string name, int count, Func<string> project) => new(name, async (bench, cancellationToken) =>
    {
        await using var store = new ChronoStore(bench.Store, project());
        return await WriterLoad.MeasureAsync(
            [.. Enumerable.Range(0, count).Select(w => new ChronoWriter(store, w))], bench.Workload, cancellationToken);
    });

    /// <summary>Fills the long project: one record an event, a decision in every 10,000.</summary>
    protected static async Task FillAsync(Workbench bench, CancellationToken cancellationToken)
    {
        await using var store = new ChronoStore(bench.Store, LongProject);
        for (var first = 0; first < bench.Workload.LongEvents; first += BatchSize)
        {
            var count = Math.Min(BatchSize, bench.Workload.LongEvents - first);
            await store.UpsertManyAsync(
                Enumerable.Range(first, count).Select(i => ChronoWriter.RecordOf($"R-{i}", i)), cancellationToken);
        }
    }
}
