using System.Diagnostics.Metrics;

namespace Ledger.Log;

/// <summary>Metrics of events that are read or refused; engines add theirs to the same meter.</summary>
internal static class EventMetrics
{
    private static readonly Meter Meter = new("Ledger");

    private static readonly Counter<long> Misfits = Meter.CreateCounter<long>(
        "ledger.event.misfits", "{event}", "Events that were read whose JSON did not fit the type of their name.");

    private static readonly Counter<long> Unknowns = Meter.CreateCounter<long>(
        "ledger.event.unknown", "{event}", "Events that were read whose name has no type.");

    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>(
        "ledger.event.refused", "{event}", "Events that were not appended because their data broke the contract of their name.");

    public static void Unknown(string type) => Unknowns.Add(1, new KeyValuePair<string, object?>("ledger.event.type", type));

    public static void Refused(string type) => Refusals.Add(1, new KeyValuePair<string, object?>("ledger.event.type", type));

    public static void Misfit(string type) => Misfits.Add(1, new KeyValuePair<string, object?>("ledger.event.type", type));
}
