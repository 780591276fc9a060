using System.Diagnostics.Metrics;
using Ledger.Postgres.Telemetry;

namespace Ledger.Postgres.Daemon;

/// <summary>The metrics of shards and rebuilds; the package's README lists them.</summary>
internal static class DaemonMetrics
{
    private const string Shard = "ledger.shard.name";

    private static readonly Counter<long> Events = LedgerTelemetry.Meter.CreateCounter<long>(
        "ledger.shard.events", "{event}", "Events that shards looked at.");

    private static readonly Histogram<double> BatchTime = LedgerTelemetry.Meter.CreateHistogram<double>(
        "ledger.shard.batch.duration", "s", "How long a shard's batch took, from the reading to the commit.");

    private static readonly Counter<long> DeadLetters = LedgerTelemetry.Meter.CreateCounter<long>(
        "ledger.shard.dead_letters", "{event}", "Events that shards could not apply and went past.");

    public static void Batch(string shard, long events, TimeSpan time)
    {
        if (Events.Enabled || BatchTime.Enabled)
        {
            var tag = new KeyValuePair<string, object?>(Shard, shard);
            Events.Add(events, tag);
            BatchTime.Record(time.TotalSeconds, tag);
        }
    }

    public static void DeadLetter(string shard) => DeadLetters.Add(1, new KeyValuePair<string, object?>(Shard, shard));
}
