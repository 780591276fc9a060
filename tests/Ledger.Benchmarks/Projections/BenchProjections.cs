using System.Text.Json.Serialization;
using Ledger.Postgres.Projections.Inline;
using Ledger.Projections;

namespace Ledger.Benchmarks.Projections;

/// <summary>What the benchmarks derive from the log.</summary>
internal static class BenchProjections
{
    /// <summary>The world of each run, as a document.</summary>
    public static Snapshot<World> Worlds { get; } = new(
        World.Aggregate, "bench_world", BenchJson.Default.World)
    {
        StreamPrefix = "run:",
    };

    /// <summary>A small document for each run.</summary>
    public static Snapshot<EventCount> Counts { get; } = new(
        new Aggregate<EventCount>("count", new EventCount(0), (count, _) => new EventCount(count.Events + 1)),
        "bench_count",
        BenchJson.Default.EventCount)
    {
        StreamPrefix = "run:",
    };

    /// <summary>A row for each event.</summary>
    public static RowProjection Seen { get; } = new(
        "seen", "insert into {table:seen} (seq_id, stream, type) select seq_id, stream_id, type from {pending}");
}

/// <summary>How many events a run has.</summary>
internal sealed record EventCount(long Events);

[JsonSerializable(typeof(EventCount))]
[JsonSerializable(typeof(World))]
internal sealed partial class BenchJson : JsonSerializerContext;
