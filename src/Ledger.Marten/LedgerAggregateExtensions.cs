using JasperFx.Events;
using Ledger;
using Ledger.Log;
using Ledger.Marten.Aggregates;

namespace Marten;

/// <summary>Aggregates of the application, as Marten folds them, of runs and branches alike.</summary>
/// <remarks>
/// They read in the session's connection and transaction. The aggregate may be registered by <c>SnapshotOfHistory</c>, by Marten's <c>Snapshot</c>, or
/// not at all: that of a branch is always made of its whole history. Without <c>SnapshotOfHistory</c> it is folded from the events on every read.
/// </remarks>
public static class LedgerAggregateExtensions
{
    /// <summary>Fetches the aggregate of a run or branch to decide on; what is appended to the result is written when the session is saved.</summary>
    /// <typeparam name="T">The aggregate.</typeparam>
    /// <param name="ledger">What <c>session.Ledger()</c> returned.</param>
    /// <param name="stream">The run or branch; a run need not exist.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The aggregate, null if no event makes one, and its stream; the save fails if another writer was faster.</returns>
    /// <exception cref="StreamNotFoundException">There is no such branch.</exception>
    /// <exception cref="ArgumentException">The ledger is not that of a session.</exception>
    public static async Task<IEventStream<T>> FetchForWritingAsync<T>(
        this AgentLedger ledger, StreamName stream, CancellationToken cancellationToken = default)
        where T : class =>
        await AggregatesOf(ledger).FetchForWritingAsync<T>(stream, cancellationToken).ConfigureAwait(false);

    /// <summary>Fetches the aggregates of several runs and branches, such as a run and its branch, to decide on them together.</summary>
    /// <typeparam name="T">The aggregate.</typeparam>
    /// <param name="ledger">What <c>session.Ledger()</c> returned.</param>
    /// <param name="streams">The runs and branches, each once; runs need not exist.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>In the order of <paramref name="streams"/>, each as <see cref="FetchForWritingAsync{T}"/> returns it. One save writes to all of them or to none.</returns>
    /// <exception cref="StreamNotFoundException">There is no such branch.</exception>
    /// <exception cref="ArgumentException">A stream is named twice, or the ledger is not that of a session.</exception>
    public static async Task<IReadOnlyList<IEventStream<T>>> FetchManyForWritingAsync<T>(
        this AgentLedger ledger, IReadOnlyList<StreamName> streams, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(streams);
        if (streams.GroupBy(stream => stream).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"'{twice.Key}' is named twice; two states of one stream would race each other. Name it once.", nameof(streams));
        }

        var aggregates = AggregatesOf(ledger);
        var fetched = new List<IEventStream<T>>(streams.Count);
        foreach (var stream in streams)
        {
            fetched.Add(await aggregates.FetchForWritingAsync<T>(stream, cancellationToken).ConfigureAwait(false));
        }

        return fetched;
    }

    /// <summary>Reads the newest state of the aggregate of a run or branch; null if no event makes one.</summary>
    /// <typeparam name="T">The aggregate.</typeparam>
    /// <param name="ledger">What <c>session.Ledger()</c> returned.</param>
    /// <param name="stream">The run or branch.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException">The ledger is not that of a session.</exception>
    public static Task<T?> FetchLatestAsync<T>(this AgentLedger ledger, StreamName stream, CancellationToken cancellationToken = default)
        where T : class => AggregatesOf(ledger).FetchLatestAsync<T>(stream, cancellationToken);

    /// <summary>Folds the history of a run or branch, or its first events, without documents; null if no event makes a state.</summary>
    /// <typeparam name="T">The aggregate.</typeparam>
    /// <param name="ledger">What <c>session.Ledger()</c> returned.</param>
    /// <param name="stream">The run or branch.</param>
    /// <param name="at">How many events of the history to fold, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="PositionOutOfRangeException">The history is shorter than <paramref name="at"/>.</exception>
    /// <exception cref="ArgumentException">The ledger is not that of a session.</exception>
    public static Task<T?> AggregateHistoryAsync<T>(
        this AgentLedger ledger, StreamName stream, Position? at = null, CancellationToken cancellationToken = default)
        where T : class => AggregatesOf(ledger).AggregateAsync<T>(stream, at, cancellationToken);

    private static SessionAggregates AggregatesOf(AgentLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return ledger.Store.Get<SessionAggregates>()
            ?? throw new ArgumentException("The ledger is not that of a session. Call session.Ledger() and read through its result.", nameof(ledger));
    }
}
