using System.Diagnostics;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Projections;
using Ledger.Benchmarks.Readers;
using Marten;

namespace Ledger.Benchmarks.Martens;

/// <summary>Marten reading and deriving what it has in its own tables.</summary>
internal static class MartenDerived
{
    // Marten rebuilds some 1,700 events a second, so a million would take ten minutes a round, and its own limit is five.
    private const int RebuiltRuns = 500;
    private static readonly TimeSpan RebuildTimeout = TimeSpan.FromMinutes(30);

    /// <summary>Reads the long run by <c>FetchStreamAsync</c>, each event's data typed.</summary>
    public static Contender Reading() => new(
        MartenPeer.Name,
        (bench, cancellationToken) => MartenPeer.WithStoreAsync(
            bench,
            _ => { },
            async store =>
            {
                await MartenPeer.FillAsync(bench, cancellationToken);
                await using var session = store.QuerySession();
                await session.Events.FetchStreamAsync(Databases.LongRun, version: 1, token: cancellationToken);
                return await ReadLoad.MeasureAsync(bench, async () =>
                {
                    var events = await session.Events.FetchStreamAsync(Databases.LongRun, token: cancellationToken);
                    return events.Count(e => e.Data is MartenObjectCreated { Type: "claim" });
                });
            },
            cancellationToken));

    /// <summary>Makes the documents of the first 500 worlds again by the daemon's rebuild.</summary>
    public static Contender Rebuilding() => Rebuilding<MartenWorld>(
        options => options.Projections.Snapshot<MartenWorld>(SnapshotLifecycle.Async));

    /// <summary>Makes the documents of the objects of the first 500 worlds again, one for each, by the daemon's rebuild.</summary>
    public static Contender RebuildingObjects() => Rebuilding<MartenObjects>(
        options => options.Projections.Add<MartenObjects>(ProjectionLifecycle.Async));

    /// <summary>From the commit to the document that the daemon keeps, woken by LISTEN.</summary>
    public static Contender Visible(TimeSpan pause) => new(
        MartenPeer.Name,
        (bench, cancellationToken) => MartenPeer.WithStoreAsync(
            bench,
            options =>
            {
                options.Events.UseListenNotifyForEventAppends = true;
                options.Projections.AsyncMode = DaemonMode.Solo;
                options.Projections.Snapshot<MartenCount>(SnapshotLifecycle.Async);
            },
            async store =>
            {
                using var daemon = await store.BuildProjectionDaemonAsync();
                await daemon.StartAllAsync();
                var measured = await VisibleLoad.MeasureAsync(
                    bench, BenchmarkSql.Load("tell_seen_peer"), n => AppendAsync(store, n, cancellationToken), pause, cancellationToken);
                await daemon.StopAllAsync();
                return measured;
            },
            cancellationToken));

    private static Contender Rebuilding<TProjection>(Action<StoreOptions> project) => new(
        MartenPeer.Name,
        (bench, cancellationToken) => MartenPeer.WithStoreAsync(
            bench,
            options =>
            {
                options.Projections.AsyncMode = DaemonMode.Solo;
                project(options);
            },
            async store =>
            {
                var events = await MartenPeer.FillAsync(bench, cancellationToken, RebuiltRuns);
                using var daemon = await store.BuildProjectionDaemonAsync();
                using var heap = new HeapWatch();
                var started = Stopwatch.GetTimestamp();
                await daemon.RebuildProjectionAsync<TProjection>(RebuildTimeout, cancellationToken);
                var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
                return new Measurement
                {
                    [Figure.EventsPerSecond] = events / seconds,
                    [Figure.Heap] = heap.MostMegabytes,
                };
            },
            cancellationToken));

    private static async Task AppendAsync(DocumentStore store, long number, CancellationToken cancellationToken)
    {
        await using var session = store.LightweightSession();
        session.Events.Append("run:probe", MartenEvents.Event(number));
        await session.SaveChangesAsync(cancellationToken);
    }
}
