using Ledger.Log;

namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>How Ledger's own rows are made anew, some streams at a time.</summary>
/// <param name="Rewrite">
/// The name of a file that removes what is kept of the streams <c>$1</c> and writes it anew up to their present versions. It gives the number of
/// events as one <c>bigint</c>. The streams are locked; those of a page have at most 10,000 events, unless there is only one. Null where <see cref="Code"/> does it.
/// </param>
/// <remarks>
/// Without <see cref="Clear"/> the streams are independent: each page is a transaction, several run at a time, readers see each stream as it was or
/// as it is, and appends wait for the page alone.
/// </remarks>
internal sealed record StreamRebuild(string? Rewrite)
{
    /// <summary>Does it for one stream where the database has no function that could: in a transaction of its own, with locks of its own. It gives the
    /// number of events, as the file does. Null for none.</summary>
    public Func<IEventStore, StreamName, CancellationToken, Task<long>>? Code { get; init; }

    /// <summary>The name of a file that removes everything, where streams depend on each other: all pages are one transaction then, which
    /// appends wait for. Null for none.</summary>
    public string? Clear { get; init; }
}
