using System.Diagnostics;
using System.Globalization;
using Ledger.Benchmarks.Measuring;
using Ledger.Postgres.Projections.Daemon;
using Npgsql;

namespace Ledger.Benchmarks.Projections;

/// <summary>How long after its commit an event is in the document that the daemon keeps of its run.</summary>
/// <remarks>
/// Whoever waits is told by the commit of the document. A question asked again and again would see it too, and would take a core from those
/// whom it measures.
/// </remarks>
internal static class VisibleLoad
{
    private const int MostSamples = 2_000;

    /// <summary>Measures.</summary>
    /// <param name="bench">The database.</param>
    /// <param name="pause">How long to wait between two events that are measured.</param>
    /// <param name="background">Events a second that others write meanwhile.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<Measurement> MeasureAsync(Workbench bench, TimeSpan pause, int background, CancellationToken cancellationToken)
    {
        await DaemonLoad.PrepareAsync(bench, cancellationToken);
        await using var daemon = new ProjectionDaemon(
            bench.DataSource, DaemonLoad.Options(BenchProjections.Counts), new DaemonOptions { SearchIndex = false });
        await daemon.StartAsync(cancellationToken);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var others = BackgroundAsync(bench.Ledger, background, over.Token);
        var run = bench.Ledger.GetRun("probe");
        var measured = await MeasureAsync(
            bench, BenchmarkSql.Load("tell_seen"), n => run.AppendAsync([Payloads.Event(n)], cancellationToken), pause, cancellationToken);
        await over.CancelAsync();
        await others;
        return measured;
    }

    /// <summary>Measures a daemon that runs, whichever it is.</summary>
    /// <param name="bench">The database.</param>
    /// <param name="tell">Lets the commit of the document send a notification with its version.</param>
    /// <param name="append">Appends the event of a number, the first of which is 1.</param>
    /// <param name="pause">How long to wait between two events.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<Measurement> MeasureAsync(
        Workbench bench, string tell, Func<long, Task> append, TimeSpan pause, CancellationToken cancellationToken)
    {
        await using var connection = await bench.DataSource.OpenConnectionAsync(cancellationToken);
        await using (var telling = new NpgsqlCommand(tell, connection))
        {
            await telling.ExecuteNonQueryAsync(cancellationToken);
        }

        var seen = 0L;
        connection.Notification += (_, told) => seen = long.Parse(told.Payload, CultureInfo.InvariantCulture);
        var latencies = new Latencies();
        var started = Stopwatch.GetTimestamp();
        var warm = 4 * bench.Workload.WarmUp;
        var limit = warm + bench.Workload.Duration + bench.Workload.Duration;
        for (var n = 1; n <= MostSamples && (n <= 3 || Stopwatch.GetElapsedTime(started) < limit); n++)
        {
            await append(n);
            var committed = Stopwatch.GetTimestamp();
            while (seen < n)
            {
                await connection.WaitAsync(cancellationToken);
            }

            var time = Stopwatch.GetTimestamp() - committed;
            if (n == 1 || Stopwatch.GetElapsedTime(started) >= warm)
            {
                latencies.Add(time);
            }

            await Task.Delay(pause, TimeProvider.System, cancellationToken);
        }

        return new Measurement { [Figure.Middle] = latencies.Milliseconds(0.50), [Figure.Tail] = latencies.Milliseconds(0.99) };
    }

    /// <summary>So many appends a second, on ten runs, in time with the clock and not with the server.</summary>
    private static async Task BackgroundAsync(AgentLedger ledger, int perSecond, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var appends = new List<Task>();
        for (var sent = 0L; perSecond > 0 && !cancellationToken.IsCancellationRequested;)
        {
            for (var due = (long)(Stopwatch.GetElapsedTime(started).TotalSeconds * perSecond); sent < due; sent++)
            {
                appends.Add(ledger.GetRun($"other-{sent % 10}").AppendAsync([Payloads.Event(sent)], CancellationToken.None));
            }

            appends.RemoveAll(a => a.IsCompletedSuccessfully);
            await Task.Delay(1, CancellationToken.None);
        }

        await Task.WhenAll(appends);
    }
}
