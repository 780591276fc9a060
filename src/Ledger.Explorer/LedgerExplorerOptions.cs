namespace Ledger.Explorer;

/// <summary>What an explorer may do.</summary>
public sealed record LedgerExplorerOptions
{
    /// <summary>Whether forking, appending and rebuilding are offered; <see cref="ExplorerWriting.Off"/> unless given.</summary>
    public ExplorerWriting Writing { get; init; } = ExplorerWriting.Off;

    /// <summary>
    /// The authorization policy of the application that a request which writes has to meet, beside what is required of all;
    /// null for none. It counts only where writing is on.
    /// </summary>
    public string? WritingPolicy { get; init; }

    /// <summary>What the pages are headed with; <c>Ledger</c> unless given.</summary>
    public string Title { get; init; } = "Ledger";

    /// <summary>How many events a page shows, from 10 to 500; 100 unless given.</summary>
    public int EventsPerPage { get; init; } = 100;

    /// <summary>How many viewers may follow live at once; the next is answered 503. 1,000 unless given.</summary>
    public int MaxViewers { get; init; } = 1_000;

    internal LedgerExplorerOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(EventsPerPage, 10);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(EventsPerPage, 500);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxViewers);
        ArgumentNullException.ThrowIfNull(Title);
        return this;
    }
}
