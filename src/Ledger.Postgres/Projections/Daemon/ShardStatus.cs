using Ledger.Log;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>The status of an asynchronous projection or a subscription, or of a projection of Marten.</summary>
/// <param name="Name">The name of its progress, such as <c>usage:All</c> or <c>usage:V2:All</c>.</param>
/// <param name="Kind"><c>snapshot</c>, <c>documents</c>, <c>rows</c>, <c>events</c> or <c>subscription</c>; <c>search</c> for the index of the search; <c>marten</c> if Marten's daemon runs it,
/// <c>marten inline</c> if Marten runs it in every append.</param>
/// <param name="State">Whether it may run.</param>
/// <param name="Position">The number of the last processed event.</param>
/// <param name="Lag">How many sequence numbers lie between that and the last event of the log; not every number is an event.</param>
/// <param name="LagTime">The age of the first unprocessed event; zero if there is none.</param>
/// <param name="Owner">The node that owns it now; null for none.</param>
public sealed record ShardStatus(
    string Name,
    string Kind,
    ShardState State,
    SequenceNumber Position,
    long Lag,
    TimeSpan LagTime,
    string? Owner)
{
    /// <summary>What it runs: the name of the projection or subscription, with its version from the second on.</summary>
    public string Projection => ShardNames.KeyOf(Name);

    /// <summary>Whether Marten runs it, so that only the application acts on it: by its own commands, or on request while it runs.</summary>
    public bool IsMartens => Kind.StartsWith("marten", StringComparison.Ordinal);

    /// <summary>Whether it runs in the transaction of every append, and has no owner and no lag.</summary>
    public bool IsInline => Kind == "marten inline";

    /// <summary>Whether it is the index of the search: what it lacks, searches look at themselves, so that its lag makes no answer wrong.</summary>
    internal bool IsSearchIndex => Kind == Searching.SearchIndexShard.KindName;

    /// <summary>The last error, which need not have stopped it; null for none.</summary>
    public string? Error { get; init; }

    /// <summary>The event that the error was at.</summary>
    public SequenceNumber? ErrorSequence { get; init; }

    /// <summary>When the last error occurred.</summary>
    public DateTimeOffset? ErrorAt { get; init; }

    /// <summary>How many events it could not apply and skipped.</summary>
    public long DeadLetters { get; init; }
}
