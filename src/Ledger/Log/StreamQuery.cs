namespace Ledger.Log;

/// <summary>Which streams are wanted, and in which order.</summary>
public sealed record StreamQuery
{
    /// <summary>The prefix of the names. Default: <c>run:</c>.</summary>
    public string Prefix { get; init; } = "run:";

    /// <summary>A text that the names contain, ignoring the case of ASCII letters; null for any.</summary>
    public string? Text { get; init; }

    /// <summary>Open or archived streams alone; null for both.</summary>
    public StreamState? State { get; init; }

    /// <summary>Streams whose last event the log took at this time or later; null for any.</summary>
    public DateTimeOffset? ActiveSince { get; init; }

    /// <summary>Streams whose last event the log took before this time; null for any.</summary>
    public DateTimeOffset? ActiveUntil { get; init; }

    /// <summary>The order. Default: the latest activity first.</summary>
    public StreamOrder Order { get; init; } = StreamOrder.LatestFirst;

    /// <summary>The name after which the streams begin, by code point; null for the first. With <see cref="StreamOrder.Name"/> the last name of a page leads to the next.</summary>
    public string? After { get; init; }

    /// <summary>How many streams to skip. Default: 0.</summary>
    public int Skip { get; init; }

    /// <summary>The largest number of streams on a page, from 1 to 1,000. Default: 50.</summary>
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
