using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Postgres.Telemetry;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>The metrics of shards and rebuilds; the package's README lists them.</summary>
internal static class DaemonMetrics
{
    private const string Shard = "ledger.shard.name";
    private const string Tenant = LedgerTelemetry.Tenant;

    private static readonly Counter<long> Events = LedgerTelemetry.Meter.CreateCounter<long>(
        "ledger.shard.events", "{event}", "Events that shards looked at.");

    private static readonly Histogram<double> BatchTime = LedgerTelemetry.Meter.CreateHistogram<double>(
        "ledger.shard.batch.duration", "s", "How long a shard's batch took, from the reading to the commit.");

    private static readonly Counter<long> DeadLetters = LedgerTelemetry.Meter.CreateCounter<long>(
        "ledger.shard.dead_letters", "{event}", "Events that shards could not apply and went past.");

    private static readonly ConcurrentDictionary<(string? Tenant, string Name), ShardStatus> Owned = [];
    private static readonly ConcurrentDictionary<string, RebuildProgress> Rebuilds = new(StringComparer.Ordinal);

    private static readonly ObservableGauge<long> Lag = LedgerTelemetry.Meter.CreateObservableGauge(
        "ledger.shard.lag", () => Owned.Select(s => Measure(s.Value.Lag, s.Key.Name, s.Key.Tenant)), "{event}", "Numbers between a shard and the end of the log.");

    private static readonly ObservableGauge<double> LagTime = LedgerTelemetry.Meter.CreateObservableGauge(
        "ledger.shard.lag.duration",
        () => Owned.Select(s => Measure(s.Value.LagTime.TotalSeconds, s.Key.Name, s.Key.Tenant)),
        "s",
        "How old the first event is that a shard is not done with.");

    private static readonly ObservableGauge<double> RebuildShare = LedgerTelemetry.Meter.CreateObservableGauge(
        "ledger.rebuild.progress",
        () => Rebuilds.Select(r => Measure(r.Value.Total == 0 ? 1 : Math.Min(1, (double)r.Value.Events / r.Value.Total), r.Key)),
        "1",
        "The share of a rebuild under way that is done.");

    /// <summary>Whether a listener wants the lag of shards.</summary>
    public static bool WantsLag => Lag.Enabled || LagTime.Enabled;

    /// <summary>Records the lag of the shards that this process owns.</summary>
    /// <param name="owned">The shards.</param>
    /// <param name="tenant">Whose they are; null where one log has the daemon.</param>
    public static void Note(IEnumerable<ShardStatus> owned, string? tenant)
    {
        foreach (var shard in owned)
        {
            Owned[(tenant, shard.Name)] = shard;
        }
    }

    /// <summary>Forgets shards that this process owns no more.</summary>
    public static void Forget(string? tenant, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            Owned.TryRemove((tenant, name), out _);
        }
    }

    /// <summary>Records the progress of a rebuild; null when it has ended.</summary>
    public static void Note(string projection, RebuildProgress? progress)
    {
        if (progress is not { } value)
        {
            Rebuilds.TryRemove(projection, out _);
        }
        else if (RebuildShare.Enabled)
        {
            Rebuilds[projection] = value;
        }
    }

    private static Measurement<T> Measure<T>(T value, string name, string? tenant = null)
        where T : struct => tenant is null
        ? new(value, new KeyValuePair<string, object?>(Shard, name))
        : new(value, new KeyValuePair<string, object?>(Shard, name), new KeyValuePair<string, object?>(Tenant, tenant));

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
