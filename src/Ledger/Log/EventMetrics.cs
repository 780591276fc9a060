using System.Diagnostics.Metrics;

namespace Ledger.Log;

/// <summary>Metrics of events that are read; engines add theirs to the same meter.</summary>
internal static class EventMetrics
{
    private static readonly Meter Meter = new("Ledger");

    private static readonly Counter<long> Misfits = Meter.CreateCounter<long>(
        "ledger.event.misfits", "{event}", "Events that were read whose JSON did not fit the type of their name.");

    public static void Misfit(string type) => Misfits.Add(1, new KeyValuePair<string, object?>("ledger.event.type", type));
}
