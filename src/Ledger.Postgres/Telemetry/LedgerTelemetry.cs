using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ledger.Postgres.Telemetry;

/// <summary>The metrics and traces of this package, named <c>Ledger</c>; they cost nothing without a listener.</summary>
/// <remarks>
/// Names and units follow OpenTelemetry (https://opentelemetry.io/docs/specs/semconv/general/metrics/). The package's README lists them.
/// </remarks>
internal static class LedgerTelemetry
{
    public const string Name = "Ledger";
    public const string Outcome = "ledger.append.outcome";
    public const string ErrorType = "error.type";
    public const string Tenant = "ledger.tenant.name";
    public const string Projection = "ledger.projection.name";

    private const string Seconds = "s";
    internal static Meter Meter { get; } = new(Name);


    public static ActivitySource Source { get; } = new(Name);

    public static Counter<long> Appends { get; } = Meter.CreateCounter<long>(
        "ledger.append.calls", "{append}", "Appends that callers made, by what became of them.");

    public static Counter<long> Events { get; } = Meter.CreateCounter<long>(
        "ledger.append.events", "{event}", "Events that were written and acknowledged.");

    public static Counter<long> Conflicts { get; } = Meter.CreateCounter<long>(
        "ledger.append.conflicts", "{append}", "Appends that were refused because a stream was not as expected.");

    public static Counter<long> Retries { get; } = Meter.CreateCounter<long>(
        "ledger.append.retries", "{retry}", "Transactions that were sent again, by the failure of the one before.");

    public static Histogram<int> BatchSize { get; } = Meter.CreateHistogram<int>(
        "ledger.append.batch.size", "{append}", "Appends that were written by one transaction.");

    public static Histogram<double> QueueTime { get; } = Meter.CreateHistogram<double>(
        "ledger.append.queue.duration", Seconds, "How long an append waited for those before it; one that is sent at once is not counted.");

    public static Histogram<double> CommitTime { get; } = Meter.CreateHistogram<double>(
        "ledger.append.commit.duration", Seconds, "The round trip that writes and commits a batch.");

    public static Histogram<double> ProjectionTime { get; } = Meter.CreateHistogram<double>(
        "ledger.projection.inline.duration", Seconds, "The time that an inline projection took of a batch's transaction.");

    public static Counter<long> Imported { get; } = Meter.CreateCounter<long>(
        "ledger.import.events", "{event}", "Events that imports wrote.");

    /// <summary>Whether a listener wants single calls.</summary>
    public static bool WatchesCalls => Source.HasListeners() || Appends.Enabled || Events.Enabled || Conflicts.Enabled;
}
