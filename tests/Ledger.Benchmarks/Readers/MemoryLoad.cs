using System.Diagnostics;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Readers;

/// <summary>Watches the memory of the process while events are read.</summary>
internal static class MemoryLoad
{
    private const int EventsBetweenLooks = 1_000;
    private const double Megabyte = 1024 * 1024;

    public static async Task<Measurement> MeasureAsync(IAsyncEnumerable<RecordedEvent> events, CancellationToken cancellationToken)
    {
        // Gives back to the system what earlier work left, so that the difference is this read's.
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var before = Environment.WorkingSet;
        var (workingSet, heap) = (before, 0L);
        var count = 0;
        var started = Stopwatch.GetTimestamp();
        await foreach (var recorded in events.WithCancellation(cancellationToken))
        {
            _ = recorded.Data;
            if (++count % EventsBetweenLooks == 0)
            {
                workingSet = Math.Max(workingSet, Environment.WorkingSet);
                heap = Math.Max(heap, GC.GetTotalMemory(forceFullCollection: false));
            }
        }

        return new Measurement
        {
            [Figure.EventsPerSecond] = count / Stopwatch.GetElapsedTime(started).TotalSeconds,
            [Figure.WorkingSet] = (workingSet - before) / Megabyte,
            [Figure.Heap] = heap / Megabyte,
        };
    }
}
