using Ledger.Log;

namespace Ledger.Projections;

/// <summary>Where a subscription begins that has no position yet.</summary>
/// <remarks>Immutable. Two are equal when they name the same place in the same way.</remarks>
public sealed record SubscriptionStart
{
    private SubscriptionStart()
    {
    }

    /// <summary>With the first event of the log.</summary>
    public static SubscriptionStart Beginning { get; } = new();

    /// <summary>Behind the last event that is in the log when the subscription begins.</summary>
    public static SubscriptionStart Present { get; } = new() { IsPresent = true };

    internal bool IsPresent { get; private init; }

    internal SequenceNumber Sequence { get; private init; }

    internal DateTimeOffset? Time { get; private init; }

    /// <summary>With the first event behind a place in the log.</summary>
    public static SubscriptionStart After(SequenceNumber sequence) => new() { Sequence = sequence };

    /// <summary>With the first event that the log took at a time or later.</summary>
    /// <remarks>Numbers are drawn in the order of the times but for a few minutes: events whose transactions took longer may be left out.</remarks>
    public static SubscriptionStart At(DateTimeOffset time) => new() { Time = time };
}
