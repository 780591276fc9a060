using System.Diagnostics;
using JasperFx.Events.Projections;
using Ledger.Benchmarks.Measuring;
using Ledger.Log;
using Ledger.Marten.Streams;
using Marten;

namespace Ledger.Benchmarks.Martens;

/// <summary>Aggregates that are fetched for writing, through Ledger's sessions, through Marten's on Ledger's streams, and by Marten alone.</summary>
internal sealed class MartenAggregates(SnapshotLifecycle? lifecycle)
{
    /// <summary>A session fetches one after the other.</summary>
    public Contender Fetching(string name, Func<IDocumentSession, CancellationToken, Task<long>> fetch, long expected) => new(
        name, (bench, cancellationToken) => WithLedgerAsync(bench, store => MeasureAsync(bench.Workload, store, fetch, expected, cancellationToken)));

    /// <summary>Marten without Ledger fetches a stream of its own.</summary>
    public Contender Alone(int events) => new(
        MartenPeer.Name,
        (bench, cancellationToken) => MartenPeer.WithStoreAsync(
            bench,
            options => _ = lifecycle is { } snapshot
                ? options.Projections.Snapshot<MartenCount>(snapshot)
                : options.Projections.LiveStreamAggregation<MartenCount>(),
            async store =>
            {
                await using (var session = store.LightweightSession())
                {
                    if (await session.Events.FetchStreamStateAsync(Databases.LongRun, cancellationToken) is null)
                    {
                        session.Events.Append(Databases.LongRun, [.. Enumerable.Range(0, events).Select(n => MartenEvents.Event(n))]);
                        await session.SaveChangesAsync(cancellationToken);
                    }
                }

                return await MeasureAsync(
                    bench.Workload,
                    store,
                    async (session, token) => (await session.Events.FetchForWriting<MartenCount>(Databases.LongRun, token)).Aggregate!.Events,
                    events,
                    cancellationToken);
            },
            cancellationToken));

    /// <summary>Writes what is fetched, through the document store, which writes its snapshots.</summary>
    public Task FillAsync(Workbench bench, Func<AgentLedger, Task> fill) => WithLedgerAsync(bench, async store =>
    {
        await using var log = new MartenEventStore(store);
        await fill(new AgentLedger(log));
        return new Measurement();
    });

    private async Task<Measurement> WithLedgerAsync(Workbench bench, Func<DocumentStore, Task<Measurement>> work)
    {
        await using var store = DocumentStore.For(options =>
        {
            options.Connection(bench.ConnectionString);
            options.DisableNpgsqlLogging = true;
            options.UseLedger();
            _ = lifecycle is { } snapshot
                ? options.Projections.SnapshotOfHistory<LedgerCount>(snapshot)
                : options.Projections.LiveAggregationOfHistory<LedgerCount>();
        });
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        return await work(store);
    }

    private static async Task<Measurement> MeasureAsync(
        Workload workload,
        DocumentStore store,
        Func<IDocumentSession, CancellationToken, Task<long>> fetch,
        long expected,
        CancellationToken cancellationToken)
    {
        await RunAsync(workload.WarmUp);
        var latencies = await RunAsync(workload.Duration);
        return new Measurement { [Figure.Middle] = latencies.Milliseconds(0.50), [Figure.Tail] = latencies.Milliseconds(0.99) };

        async Task<Latencies> RunAsync(TimeSpan duration)
        {
            var latencies = new Latencies();
            var begun = Stopwatch.GetTimestamp();
            do
            {
                var started = Stopwatch.GetTimestamp();
                await using var session = store.LightweightSession();
                var counted = await fetch(session, cancellationToken);
                latencies.Add(Stopwatch.GetTimestamp() - started);
                if (counted != expected)
                {
                    throw new InvalidOperationException($"The aggregate counts {counted} events, but the history has {expected}.");
                }
            }
            while (Stopwatch.GetElapsedTime(begun) < duration);
            return latencies;
        }
    }
}

/// <summary>A small document for each run or branch, as <see cref="MartenCount"/> is.</summary>
public sealed partial class LedgerCount
{
    public string Id { get; set; } = "";

    public long Events { get; set; }

    public void Apply(ObjectCreated created) => Events += created is null ? 0 : 1;

    public void Apply(BranchCreated branch) => Events += branch is null ? 0 : 1;
}
