using System.Diagnostics;
using Ledger.Benchmarks.Explorers;
using Ledger.Benchmarks.Measuring;
using Ledger.Testing;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Many look at a run while it goes on: pages in browsers, or a crowd of programs.</summary>
/// <remarks>
/// The processor time is that of this process: of the server, of the appends, and of all the viewers' ends too. A viewer that misses an event, or gets one twice, fails the
/// scenario.
/// </remarks>
internal sealed class ExplorerLive : Scenario
{
    private const int Viewers = 100;
    private const int Crowd = 1_000;
    private const int EventsPerSecond = 100;

    private readonly Contender _viewers = new("100 viewers", (bench, cancellationToken) =>
        MeasureAsync(bench, Viewers, "/live?stream=run:live&from=", cancellationToken));

    private readonly Contender _crowd = new("1,000 programs", (bench, cancellationToken) =>
        MeasureAsync(bench, Math.Min(Crowd, bench.Workload.LongEvents / 100), "/api/v1/streams/run:live/events?from=", cancellationToken));

    public override string Name => "explorer-live";

    public override string Title => "100 viewers, and 1,000 programs, follow one run that grows by 100 events/s";

    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override IReadOnlyList<Contender> Contenders => [_viewers, _crowd];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.Cores, _viewers) with { AtLeast = 0.5 },
        Goal.Absolute(Figure.Middle, _viewers),
        Goal.Absolute(Figure.Tail, _viewers),
        Goal.Absolute(Figure.Cores, _crowd),
        Goal.Absolute(Figure.Middle, _crowd) with { AtLeast = 500 },
        Goal.Absolute(Figure.Tail, _crowd),
    ];

    public override Task<TestDatabase> CreateDatabaseAsync(
        TestPostgres server, Workload workload, CancellationToken cancellationToken) =>
        Databases.CreateEmptyAsync(server, cancellationToken);

    private static async Task<Measurement> MeasureAsync(Workbench bench, int count, string path, CancellationToken cancellationToken)
    {
        var run = bench.Ledger.GetRun("live");
        var length = (await run.AppendAsync([Payloads.Event(0)], cancellationToken)).Value;
        await using var server = await ExplorerServer.StartAsync(bench.Ledger, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var viewers = Enumerable.Range(0, count).Select(_ => new LiveViewer(length - 1)).ToList();
        var following = viewers.Select(v => v.RunAsync(server.Address, $"{path}{length - 1}", stop.Token)).ToList();
        await SeenAsync(viewers, length, cancellationToken);
        await GrowAsync(run, viewers, bench.Workload.WarmUp, new Latencies(), cancellationToken);

        var latencies = new Latencies();
        var (started, computed) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await GrowAsync(run, viewers, bench.Workload.Duration, latencies, cancellationToken);
        var cores = (Environment.CpuUsage.TotalTime - computed) / Stopwatch.GetElapsedTime(started);

        if (viewers.Find(viewer => viewer.Fault is not null)?.Fault is { } fault)
        {
            throw new InvalidOperationException(fault);
        }

        await stop.CancelAsync();
        await Task.WhenAll(following).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        viewers.ForEach(v => v.Dispose());
        return new Measurement
        {
            [Figure.Cores] = cores,
            [Figure.Middle] = latencies.Milliseconds(0.50),
            [Figure.Tail] = latencies.Milliseconds(0.99),
        };
    }

    /// <summary>Appends an event each hundredth of a second, and measures for every tenth how long it takes until all have seen it.</summary>
    private static async Task GrowAsync(
        Run run, List<LiveViewer> viewers, TimeSpan duration, Latencies latencies, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / EventsPerSecond));
        var started = Stopwatch.GetTimestamp();
        var seeing = new List<Task<long>>();
        for (var i = 1; Stopwatch.GetElapsedTime(started) < duration || i <= 20; i++)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            var length = (await run.AppendAsync([Payloads.Event(i)], cancellationToken)).Value;
            if (i % 10 == 0)
            {
                seeing.Add(SeenAsync(viewers, length, cancellationToken));
            }
        }

        foreach (var ticks in await Task.WhenAll(seeing))
        {
            latencies.Add(ticks);
        }
    }

    /// <summary>Waits until all have seen so many events, and says how long that took.</summary>
    private static async Task<long> SeenAsync(List<LiveViewer> viewers, long length, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (viewers.Any(v => v.Seen < length && v.Fault is null))
        {
            await Task.Delay(5, cancellationToken);
        }

        return Stopwatch.GetTimestamp() - started;
    }
}
