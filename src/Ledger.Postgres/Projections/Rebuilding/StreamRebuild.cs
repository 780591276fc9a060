using Ledger.Log;

namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>How Ledger's own rows are rebuilt, some streams at a time.</summary>
/// <param name="Rewrite">
/// The name of a file that removes the rows of the streams <c>$1</c> and writes them again up to the current versions. It returns the number of events as one
/// <c>bigint</c>. The streams are locked; those of a page have at most 10,000 events, unless there is only one. Null if <see cref="Code"/> does it.
/// </param>
/// <remarks>
/// Without <see cref="Clear"/> the streams are independent: each page is a transaction, several run at a time, readers see the old or the new rows of a stream,
/// and appends wait only for the page.
/// </remarks>
internal sealed record StreamRebuild(string? Rewrite)
{
    /// <summary>Rebuilds streams in C#, if no function in the database can: in its own transactions, with its own locks. It returns the number of events, as
    /// the file does. Null if there is a file.</summary>
    public Func<IEventStore, IReadOnlyList<StreamName>, CancellationToken, Task<long>>? Code { get; init; }

    /// <summary>Whether the rows are those of worlds, which are folded in C# where the role may write the tables, and else by the file.</summary>
    public bool IsOfWorlds { get; init; }

    /// <summary>Is called before the first stream is listed, and what it returns after the last one was rebuilt. Not where an earlier rebuild is resumed, whose first
    /// streams may have grown since. Null for nothing.</summary>
    public Func<IEventStore, CancellationToken, Task<Func<CancellationToken, Task>>>? Begin { get; init; }

    /// <summary>The name of a file that removes everything, where streams depend on each other: all pages are one transaction then, which
    /// appends wait for. Null for none.</summary>
    public string? Clear { get; init; }
}
