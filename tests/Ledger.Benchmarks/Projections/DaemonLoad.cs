using System.Diagnostics;
using Ledger.Benchmarks.Measuring;
using Ledger.Postgres;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Schema;
using Ledger.Projections;

namespace Ledger.Benchmarks.Projections;

/// <summary>A daemon that begins with the first event, and a rebuild that does.</summary>
internal static class DaemonLoad
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static PostgresOptions Options(Projection projection) => new()
    {
        AsyncProjections = [projection],
        CommandTimeout = TimeSpan.FromMinutes(5),
    };

    /// <summary>Makes the tables of all that is derived.</summary>
    public static async Task PrepareAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var options = new PostgresOptions { AsyncProjections = [BenchProjections.Worlds, BenchProjections.Counts] };
        await new LedgerMigrator(bench.DataSource, options).ApplyAsync(cancellationToken);
    }

    public static async Task<Measurement> CatchUpAsync(Workbench bench, Projection projection, CancellationToken cancellationToken)
    {
        var options = Options(projection);
        await using var store = new PostgresEventStore(bench.DataSource, options);
        using var heap = new HeapWatch();
        var started = Stopwatch.GetTimestamp();
        await using (var daemon = new ProjectionDaemon(bench.DataSource, options, new DaemonOptions { SearchIndex = false }))
        {
            await daemon.StartAsync(cancellationToken);
            await store.WaitForNonStaleAsync(Patience, projection, cancellationToken);
        }

        return await ResultAsync(bench, Stopwatch.GetElapsedTime(started), heap, cancellationToken);
    }

    public static async Task<Measurement> RebuildAsync(Workbench bench, string projection, Projection? declared, CancellationToken cancellationToken)
    {
        var options = declared is null ? new PostgresOptions { CommandTimeout = Patience } : Options(declared);
        using var heap = new HeapWatch();
        var started = Stopwatch.GetTimestamp();
        await new ProjectionAdmin(bench.DataSource, options).RebuildAsync(projection, cancellationToken: cancellationToken);
        return await ResultAsync(bench, Stopwatch.GetElapsedTime(started), heap, cancellationToken);
    }

    private static async Task<Measurement> ResultAsync(Workbench bench, TimeSpan time, HeapWatch heap, CancellationToken cancellationToken) => new()
    {
        [Figure.EventsPerSecond] = await bench.CountEventsAsync(cancellationToken) / time.TotalSeconds,
        [Figure.Heap] = heap.MostMegabytes,
    };
}
