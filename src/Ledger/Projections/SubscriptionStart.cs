using Ledger.Log;

namespace Ledger.Projections;

/// <summary>The place where a subscription without a position begins.</summary>
/// <remarks>Immutable. Two are equal if they name the same place in the same way.</remarks>
public sealed record SubscriptionStart
{
    private SubscriptionStart()
    {
    }

    /// <summary>At the first event of the log.</summary>
    public static SubscriptionStart Beginning { get; } = new();

    /// <summary>After the last event in the log when the subscription first runs.</summary>
    public static SubscriptionStart Present { get; } = new() { IsPresent = true };

    internal bool IsPresent { get; private init; }

    internal SequenceNumber Sequence { get; private init; }

    internal EventIdentity? Event { get; private init; }

    internal DateTimeOffset? Time { get; private init; }

    /// <summary>At the first event after a place in the log.</summary>
    public static SubscriptionStart After(SequenceNumber sequence) => new() { Sequence = sequence };

    /// <summary>At the first event after one that was read before. It must be in the log, or have been removed from its stream by compaction or retention.</summary>
    /// <remarks>After a failover to a standby that lagged its number may be that of another event. Then the subscription ends with an exception instead of leaving
    /// out events. It does so too if the stream as a whole was deleted in another way than by retention: that cannot be told from a loss.</remarks>
    public static SubscriptionStart After(RecordedEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        return new() { Sequence = recorded.Sequence, Event = EventIdentity.Of(recorded) };
    }

    /// <summary>At the first event recorded at a time or later.</summary>
    /// <remarks>Sequence numbers follow the times to within a few minutes; events of longer transactions may be missed.</remarks>
    public static SubscriptionStart At(DateTimeOffset time) => new() { Time = time };
}
