using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Totals to which later events are added.</summary>
/// <param name="Sum">The totals so far.</param>
/// <param name="Ended">Those of them that a recording stated last: one that has grown since states all of its own again, in place of these.</param>
internal sealed record RunningTotals(CallTotals Sum, RecordingTotals? Ended)
{
    /// <summary>No calls.</summary>
    public static RunningTotals None { get; } = new(CallTotals.None, null);

    /// <summary>What one event adds.</summary>
    public static RunningTotals Of(RecordedEvent recorded) => Of(recorded, CallTotals.Of(recorded));

    /// <summary>The same for an event whose totals are known already.</summary>
    public static RunningTotals Of(RecordedEvent recorded, CallTotals totals) => new(
        totals,
        recorded.Type == RecordingEnd.EventType ? new RecordingTotals(recorded.Stream.Value, totals.CostUsd, totals.Tokens) : null);

    public RunningTotals Plus(RunningTotals other)
    {
        var sum = Sum.Plus(other.Sum);
        return Ended is { } replaced && other.Ended?.Stream == replaced.Stream
            ? new(sum with { CostUsd = sum.CostUsd - replaced.Usd, Tokens = sum.Tokens - replaced.Tokens }, other.Ended)
            : new(sum, other.Ended ?? Ended);
    }
}

/// <summary>What a recording states that all of its calls cost.</summary>
internal sealed record RecordingTotals(string Stream, decimal Usd, long Tokens);
