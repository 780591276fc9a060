namespace Ledger.Tasks;

/// <summary>Selects tasks; members that are left out do not filter.</summary>
public sealed record TaskQuery
{
    /// <summary>The most tasks that a page has.</summary>
    public const int MaxLimit = 1_000;

    /// <summary>How they ended, or that they have not: default <see cref="CompletionFilter.Any"/>.</summary>
    public CompletionFilter Completion { get; init; }

    /// <summary>The parent task: default null, with or without any parent.</summary>
    public string? ParentTaskId { get; init; }

    /// <summary>The run or branch that they work in: default null, with or without any.</summary>
    public StreamName? Run { get; init; }

    /// <summary>The earliest time of creation, included: default null.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The latest time of creation, included: default null.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>How many at most: default 100, from 0 to 1,000.</summary>
    public int Limit
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxLimit);
            field = value;
        }
    }
    = 100;

    /// <summary>Where the page begins: default at the newest task.</summary>
    public PageStart Start { get; init; }
}
