using Ledger.Log;
using Ledger.Projections;

namespace Ledger.Runs;

/// <summary>Aggregates of any store: folded on demand, or fetched to decide on.</summary>
public static class AggregateExtensions
{
    /// <summary>Folds a stream to its state; for a branch, its whole history.</summary>
    /// <param name="store">The store.</param>
    /// <param name="aggregate">Folds the events to the state.</param>
    /// <param name="stream">The stream; with no events the state is the initial one.</param>
    /// <param name="at">How many events to fold, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="PositionOutOfRangeException">The history is shorter than <paramref name="at"/>.</exception>
    /// <exception cref="EventMisfitException">An event's JSON does not fit the type that is handled.</exception>
    public static async Task<T> AggregateAsync<T>(
        this IEventStore store,
        Aggregate<T> aggregate,
        StreamName stream,
        Position? at = null,
        CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(store);
        var history = await store.GetHistoryAsync(stream, cancellationToken).ConfigureAwait(false) ?? History.OfRun(stream);
        return await store.AggregateAsync(aggregate, history, at, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Folds a history to its state.</summary>
    /// <inheritdoc cref="AggregateAsync{T}(IEventStore, Aggregate{T}, StreamName, Position?, CancellationToken)"/>
    public static async Task<T> AggregateAsync<T>(
        this IEventStore store,
        Aggregate<T> aggregate,
        History history,
        Position? at = null,
        CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(aggregate);
        ArgumentNullException.ThrowIfNull(history);
        var (state, length) = await FoldAsync(store, aggregate, history, at, cancellationToken).ConfigureAwait(false);
        return at is { } wanted && length < wanted
            ? throw new PositionOutOfRangeException(history.Stream, wanted, length)
            : state;
    }

    /// <summary>Folds a run or branch to its state.</summary>
    /// <param name="run">The run or branch; with no events the state is the initial one.</param>
    /// <param name="aggregate">Folds the events to the state.</param>
    /// <param name="at">How many events to fold, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="PositionOutOfRangeException">The history is shorter than <paramref name="at"/>.</exception>
    /// <exception cref="EventMisfitException">An event's JSON does not fit the type that is handled.</exception>
    public static Task<T> AggregateAsync<T>(
        this Run run,
        Aggregate<T> aggregate,
        Position? at = null,
        CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Store.AggregateAsync(aggregate, run.History, at, cancellationToken);
    }

    /// <summary>Folds a stream to its state, so that a decision based on it can be appended.</summary>
    /// <remarks>
    /// <code>
    /// var order = await store.FetchForWritingAsync(orders, stream);
    /// if (!order.State.IsPaid)
    /// {
    ///     await order.AppendAsync([new OrderPaid()]);    // WrongExpectedVersionException when another writer was faster
    /// }
    /// </code>
    /// </remarks>
    /// <param name="store">The store.</param>
    /// <param name="aggregate">Folds the events to the state.</param>
    /// <param name="stream">The stream; it need not exist yet.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<AggregateStream<T>> FetchForWritingAsync<T>(
        this IEventStore store,
        Aggregate<T> aggregate,
        StreamName stream,
        CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(aggregate);
        var state = await FoldAsync(store, aggregate, stream, cancellationToken).ConfigureAwait(false);
        return new AggregateStream<T>(store, stream, state);
    }

    /// <summary>Reads a stream's state from its document if the store has documents, so that a decision based on it can be appended.</summary>
    /// <param name="store">The store; without documents, the stream is folded.</param>
    /// <param name="snapshot">Whose documents.</param>
    /// <param name="stream">The stream; it need not exist yet.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<AggregateStream<T>> FetchForWritingAsync<T>(
        this IEventStore store,
        Snapshot<T> snapshot,
        StreamName stream,
        CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(snapshot);
        var state = store.Get<IDocumentReader>() is { } documents
            ? await documents.LoadAsync(snapshot, stream, cancellationToken).ConfigureAwait(false)
            : await FoldAsync(store, snapshot.Aggregate, stream, cancellationToken).ConfigureAwait(false);
        return new AggregateStream<T>(store, stream, state);
    }

    /// <summary>Folds everything, without a document.</summary>
    internal static async Task<AggregateState<T>> FoldAsync<T>(
        IEventStore store,
        Aggregate<T> aggregate,
        StreamName stream,
        CancellationToken cancellationToken)
        where T : class
    {
        var history = await store.GetHistoryAsync(stream, cancellationToken).ConfigureAwait(false) ?? History.OfRun(stream);
        var (state, length) = await FoldAsync(store, aggregate, history, null, cancellationToken).ConfigureAwait(false);
        return new AggregateState<T>(state, new StreamVersion(length.Value - history.PrefixLength.Value));
    }

    private static async Task<(T State, Position Length)> FoldAsync<T>(
        IEventStore store,
        Aggregate<T> aggregate,
        History history,
        Position? at,
        CancellationToken cancellationToken)
        where T : class
    {
        var state = aggregate.Initial;
        var length = 0L;
        await foreach (var recorded in store.ReadHistoryAsync(history, to: at, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            state = aggregate.Evolve(state, recorded);
            length++;
        }

        return (state, new Position(length));
    }
}
