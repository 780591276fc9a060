namespace Ledger.Log;

/// <summary>Selects events of all streams. Members that are null do not filter.</summary>
public sealed record LogQuery
{
    /// <summary>The prefix of the names of the streams. Default: empty, for all.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The only streams to search; null for all. An empty list finds nothing.</summary>
    public IReadOnlyCollection<StreamName>? Streams { get; init; }

    /// <summary>The names that the type may have; null for any. One that ends with <c>*</c> matches as a prefix.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>The actor, compared exactly; null for any.</summary>
    public string? Actor { get; init; }

    /// <summary>A text that one value or property name of the data contains, ignoring the case of ASCII letters.</summary>
    public string? Text { get; init; }

    /// <summary>Only calls of the tool with this name: events of the type <c>tool.called</c>.</summary>
    public string? Tool { get; init; }

    /// <summary>Only events about the object with this id: that create, patch or remove it, and relations that are created from or to it.</summary>
    public string? ObjectId { get; init; }

    /// <summary>A value that the data has.</summary>
    public DataCondition? Where { get; init; }

    /// <summary>Events recorded at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Events recorded before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only events before this number: <see cref="LogPage.Next"/> of the page before; null for the end of the log.</summary>
    public SequenceNumber? Before { get; init; }

    /// <summary>The largest number of events to return, from 1 to 1,000. Default: 50.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>The largest number of events to examine, from 1. Default: 100,000.</summary>
    /// <remarks>
    /// They are the last ones of the log, whatever their streams. Only if the query is about at most 1,000 streams, which have no more events than that together,
    /// these are examined in their place. Events that an index of the search excludes do not count.
    /// </remarks>
    public int Reach { get; init; } = 100_000;

    /// <summary>The most streams of which all events are examined instead of the end of the log.</summary>
    internal const int FewStreams = 1_000;

    /// <summary>Whether the query is about some streams alone.</summary>
    internal bool IsOfSomeStreams => Streams is not null || Prefix.Length > 0;

    internal LogQuery Checked()
    {
        ArgumentNullException.ThrowIfNull(Prefix);
        ArgumentOutOfRangeException.ThrowIfLessThan(Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Limit, 1_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(Reach, 1);
        return this;
    }
}

/// <summary>A page of the events of all streams that match a query.</summary>
/// <param name="Events">The events, the last of the log first; without positions, which depend on the history.</param>
/// <param name="Next">What the next page has as <see cref="LogQuery.Before"/>: everything from there on was examined. Null after the last page.</param>
/// <param name="Examined">How many events were within reach of the page; where it is full it stops before the first of them. Those that an index excludes count, by
/// their numbers, which have gaps.</param>
public sealed record LogPage(IReadOnlyList<RecordedEvent> Events, SequenceNumber? Next, long Examined)
{
    /// <summary>How many numbers at the end of the log the index of the search lacks, whose events were looked at one by one; null where no index was used.</summary>
    public long? Unindexed { get; init; }
}
