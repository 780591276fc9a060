namespace Ledger.Explorer;

/// <summary>What an explorer may do.</summary>
public sealed record LedgerExplorerOptions
{
    /// <summary>Whether forking, appending and rebuilding are allowed. Default: <see cref="ExplorerWriting.Off"/>.</summary>
    public ExplorerWriting Writing { get; init; } = ExplorerWriting.Off;

    /// <summary>
    /// The authorization policy that requests must meet in order to write, in addition to the requirements of all endpoints;
    /// null for none. Used only if writing is on.
    /// </summary>
    public string? WritingPolicy { get; init; }

    /// <summary>The heading of the pages. Default: <c>Ledger</c>.</summary>
    public string Title { get; init; } = "Ledger";

    /// <summary>The number of events on a page, from 10 to 500. Default: 100.</summary>
    public int EventsPerPage { get; init; } = 100;

    /// <summary>The number of viewers that may follow live at once; further ones get 503. Default: 1,000.</summary>
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
