using System.Diagnostics;
using Ledger.Benchmarks.Measuring;
using Ledger.Log;

namespace Ledger.Benchmarks.Writers;

/// <summary>Lets writers write at the same time, each one call after the other.</summary>
internal static class WriterLoad
{
    public static async Task<Measurement> MeasureAsync(IReadOnlyList<Writer> writers, Workload workload, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var writer in writers)
            {
                await writer.PrepareAsync(cancellationToken);
            }

            var warm = await RunAsync(writers, workload.WarmUp, new long[writers.Count], cancellationToken);
            if (workload.WarmsUp)
            {
                await Rest.WaitAsync(cancellationToken);
            }

            GC.Collect();
            var processor = Environment.CpuUsage.TotalTime;
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var started = Stopwatch.GetTimestamp();
            var turns = await RunAsync(writers, workload.Duration, [.. warm.Select(t => t.Next)], cancellationToken);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            processor = Environment.CpuUsage.TotalTime - processor;
            var bytes = GC.GetTotalAllocatedBytes(precise: true) - allocated;

            var latencies = new Latencies();
            foreach (var turn in turns)
            {
                latencies.Add(turn.Latencies);
            }

            var events = latencies.Count * writers[0].EventsPerCall;
            return new Measurement
            {
                [Figure.EventsPerSecond] = events / seconds,
                [Figure.Middle] = latencies.Milliseconds(0.50),
                [Figure.Tail] = latencies.Milliseconds(0.99),
                [Figure.Processor] = processor.TotalMicroseconds / events,
                [Figure.AllocatedBytes] = (double)bytes / events,
                [Figure.Conflicts] = turns.Sum(t => t.Conflicts),
            };
        }
        finally
        {
            foreach (var writer in writers)
            {
                await writer.DisposeAsync();
            }
        }
    }

    private static Task<Turn[]> RunAsync(
        IReadOnlyList<Writer> writers, TimeSpan duration, long[] first, CancellationToken cancellationToken)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        return Task.WhenAll(writers.Select((w, i) => Task.Run(() => WriteAsync(w, first[i], end, cancellationToken), cancellationToken)));
    }

    private static async Task<Turn> WriteAsync(Writer writer, long next, long end, CancellationToken cancellationToken)
    {
        var latencies = new Latencies();
        var conflicts = 0L;
        var now = Stopwatch.GetTimestamp();
        do
        {
            try
            {
                await writer.WriteAsync(next, cancellationToken);
                next += writer.EventsPerCall;
                var written = Stopwatch.GetTimestamp();
                latencies.Add(written - now);
                now = written;
            }
            catch (WrongExpectedVersionException)
            {
                conflicts++;
                now = Stopwatch.GetTimestamp();
            }
        }
        while (now < end);
        return new Turn(next, latencies, conflicts);
    }

    private sealed record Turn(long Next, Latencies Latencies, long Conflicts);
}
