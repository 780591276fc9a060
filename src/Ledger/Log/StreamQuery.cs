namespace Ledger.Log;

/// <summary>Which streams are wanted, and in which order.</summary>
public sealed record StreamQuery
{
    /// <summary>What the names begin with; <c>run:</c> unless given.</summary>
    public string Prefix { get; init; } = "run:";

    /// <summary>What the names contain, ASCII letters without case; null for anything.</summary>
    public string? Text { get; init; }

    /// <summary>Open or archived streams alone; null for both.</summary>
    public StreamState? State { get; init; }

    /// <summary>Streams whose last event the log took at this time or later; null for any.</summary>
    public DateTimeOffset? ActiveSince { get; init; }

    /// <summary>Streams whose last event the log took before this time; null for any.</summary>
    public DateTimeOffset? ActiveUntil { get; init; }

    /// <summary>The order; the latest activity first unless given.</summary>
    public StreamOrder Order { get; init; } = StreamOrder.LatestFirst;

    /// <summary>How many streams of that order are passed over; 0 unless given.</summary>
    public int Skip { get; init; }

    /// <summary>How many streams a page has at most, from 1 to 1,000; 50 unless given.</summary>
    public int Limit { get; init; } = 50;

    internal StreamQuery Checked()
    {
        ArgumentNullException.ThrowIfNull(Prefix);
        ArgumentOutOfRangeException.ThrowIfNegative(Skip);
        ArgumentOutOfRangeException.ThrowIfLessThan(Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Limit, 1_000);
        return this;
    }
}
