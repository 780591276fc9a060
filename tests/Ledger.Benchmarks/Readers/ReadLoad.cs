using System.Diagnostics;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Readers;

/// <summary>Reads the whole run once.</summary>
internal static class ReadLoad
{
    public static async Task<Measurement> MeasureAsync(Workbench bench, Func<Task<int>> read)
    {
        var processor = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var started = Stopwatch.GetTimestamp();
        var count = await read();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        processor = Environment.CpuUsage.TotalTime - processor;
        var bytes = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        if (count != bench.Workload.StreamEvents)
        {
            throw new InvalidOperationException($"{count} events were read, but the run has {bench.Workload.StreamEvents}.");
        }

        return new Measurement
        {
            [Figure.EventsPerSecond] = count / seconds,
            [Figure.Processor] = processor.TotalMicroseconds / count,
            [Figure.AllocatedBytes] = (double)bytes / count,
        };
    }
}
