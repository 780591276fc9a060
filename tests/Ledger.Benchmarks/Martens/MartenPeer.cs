using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Projections;
using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Writers;
using Marten;
using Npgsql;

namespace Ledger.Benchmarks.Martens;

/// <summary>Marten without Ledger as a contender: in the database of the round, in a schema of its own, as its documentation sets it up.</summary>
internal static class MartenPeer
{
    public const string Schema = "peer";

    /// <summary>Marten with the version that runs.</summary>
    public static string Name { get; } = $"Marten {typeof(DocumentStore).Assembly.GetName().Version!.ToString(2)}";

    /// <summary>Marten appending in its two ways, of which the better counts.</summary>
    public static Contender[] Appending(int writers, int eventsPerCall = 1) =>
    [
        Appending("quick", EventAppendMode.Quick, writers, eventsPerCall),
        Appending("rich", EventAppendMode.Rich, writers, eventsPerCall),
    ];

    /// <summary>Patches of 50 objects in turn, with the world as an inline snapshot.</summary>
    public static Contender Patching(int writers) => new(
        Name,
        (bench, cancellationToken) => WithStoreAsync(
            bench,
            options => options.Projections.Snapshot<MartenWorld>(SnapshotLifecycle.Inline),
            store => WriterLoad.MeasureAsync(
                [.. Enumerable.Range(0, writers).Select(w => new MartenPatchWriter(store, $"run:writer-{w}"))], bench.Workload, cancellationToken),
            cancellationToken));

    /// <summary>Opens Marten on the round's database with its tables made, and closes it afterwards.</summary>
    public static async Task<Measurement> WithStoreAsync(
        Workbench bench, Action<StoreOptions> configure, Func<DocumentStore, Task<Measurement>> measure, CancellationToken cancellationToken)
    {
        await using var store = DocumentStore.For(options =>
        {
            options.Connection(bench.ConnectionString);
            options.DatabaseSchemaName = Schema;
            options.AutoCreateSchemaObjects = AutoCreate.All;
            options.DisableNpgsqlLogging = true;
            options.Events.StreamIdentity = StreamIdentity.AsString;
            options.Events.AppendMode = EventAppendMode.Quick;
            options.Events.MapEventType<MartenObjectCreated>(Payloads.Type);
            options.Events.MapEventType<MartenObjectPatched>("object.patched");
            configure(options);
        });
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return await measure(store);
    }

    /// <summary>Copies the log of Ledger's schema into Marten's, with the names of its types and with its JSON's members.</summary>
    public static async Task<long> FillAsync(Workbench bench, CancellationToken cancellationToken, int mostStreams = int.MaxValue)
    {
        await using var fill = new NpgsqlCommand(BenchmarkSql.Load("fill_peer"));
        fill.CommandTimeout = 0;
        fill.Parameters.Add(new NpgsqlParameter<int> { TypedValue = mostStreams });
        await using var connection = await bench.DataSource.OpenConnectionAsync(cancellationToken);
        fill.Connection = connection;
        await fill.ExecuteNonQueryAsync(cancellationToken);
        await using var count = new NpgsqlCommand(BenchmarkSql.Load("count_peer_events"), connection);
        return (long)(await count.ExecuteScalarAsync(cancellationToken))!;
    }

    private static Contender Appending(string way, EventAppendMode mode, int writers, int eventsPerCall) => new(
        $"{Name} {way}",
        (bench, cancellationToken) => WithStoreAsync(
            bench,
            options => options.Events.AppendMode = mode,
            store => WriterLoad.MeasureAsync(
                [.. Enumerable.Range(0, writers).Select(w => new MartenWriter(store, $"run:writer-{w}", eventsPerCall))], bench.Workload, cancellationToken),
            cancellationToken));
}
