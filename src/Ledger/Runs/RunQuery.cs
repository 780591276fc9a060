using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Which runs and branches are wanted, and in which order.</summary>
public sealed record RunQuery
{
    /// <summary>The prefix of the names: <c>run:</c>, the default, <c>branch:</c>, or empty for both.</summary>
    public string Prefix { get; init; } = "run:";

    /// <summary>How they are doing; null for any.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>A text that the name, the title or the error contains, ignoring the case of ASCII letters; null for any.</summary>
    public string? Text { get; init; }

    /// <summary>A label that they have; null for any.</summary>
    public string? Label { get; init; }

    /// <summary>The model that was asked last; null for any.</summary>
    public string? Model { get; init; }

    /// <summary>Open or archived ones alone; null for both.</summary>
    public StreamState? State { get; init; }

    /// <summary>Those whose last event the log took at this time or later; null for any.</summary>
    public DateTimeOffset? ActiveSince { get; init; }

    /// <summary>Those whose last event the log took before this time; null for any.</summary>
    public DateTimeOffset? ActiveUntil { get; init; }

    /// <summary>Those whose own calls cost at least so many US dollars, 0 or more and not more than <see cref="MaxCostUsd"/>; null for any.</summary>
    public decimal? MinCostUsd { get; init; }

    /// <summary>Those whose own calls cost at most so many US dollars, 0 or more; null for any.</summary>
    public decimal? MaxCostUsd { get; init; }

    /// <summary>Those with at least this time between their start and their last activity, 0 or more and not more than <see cref="MaxDuration"/>; null for any.</summary>
    public TimeSpan? MinDuration { get; init; }

    /// <summary>Those with at most this time between their start and their last activity, 0 or more; null for any.</summary>
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>Those whose own calls took at least so many tokens, 0 or more and not more than <see cref="MaxTokens"/>; null for any.</summary>
    public long? MinTokens { get; init; }

    /// <summary>Those whose own calls took at most so many tokens, 0 or more; null for any.</summary>
    public long? MaxTokens { get; init; }

    /// <summary>The order. Default: the latest activity first.</summary>
    public RunSort Sort { get; init; }

    /// <summary>Where the page begins: <see cref="RunPage.Next"/> of the one before; null for the first page.</summary>
    public string? After { get; init; }

    /// <summary>The largest number of runs on a page, from 1 to 1,000. Default: 50.</summary>
    public int Limit { get; init; } = 50;

    internal RunQuery Checked()
    {
        ArgumentNullException.ThrowIfNull(Prefix);
        ArgumentOutOfRangeException.ThrowIfLessThan(Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Limit, 1_000);
        CheckRange(MinCostUsd, MaxCostUsd, nameof(MinCostUsd), nameof(MaxCostUsd));
        CheckRange(MinDuration, MaxDuration, nameof(MinDuration), nameof(MaxDuration));
        CheckRange(MinTokens, MaxTokens, nameof(MinTokens), nameof(MaxTokens));
        return Enum.IsDefined(Sort) ? this : throw new ArgumentOutOfRangeException(nameof(Sort), Sort, "There is no such order.");
    }

    private static void CheckRange<T>(T? least, T? most, string nameOfLeast, string nameOfMost)
        where T : struct, IComparable<T>
    {
        foreach (var (value, name) in new[] { (least, nameOfLeast), (most, nameOfMost) })
        {
            if (value is { } given && given.CompareTo(default) < 0)
            {
                throw new ArgumentOutOfRangeException(name, value, "It must be 0 or more.");
            }
        }

        if (least is { } from && most is { } to && from.CompareTo(to) > 0)
        {
            throw new ArgumentOutOfRangeException(nameOfLeast, least, $"It is more than {nameOfMost}.");
        }
    }
}
