using JasperFx.Events.Projections;
using Ledger.Log;
using Ledger.Marten.Appending;
using Marten;

namespace Ledger.Marten.Aggregates;

/// <summary>The application's aggregates in one session: Marten's answer for a run, and the whole history for a branch.</summary>
internal sealed class SessionAggregates(IDocumentSession session)
{
    /// <summary>Whether a store begins the aggregate of a branch with its parent's state.</summary>
    public static bool AreOfHistories(IDocumentStore store, Type aggregate) =>
        ((StoreOptions)store.Options).Projections.All.OfType<IHistoryProjection>().Any(p => p.AggregateType == aggregate);

    /// <summary>Whether the session's store begins the aggregate of a branch with its parent's state.</summary>
    public bool AreOfHistories(Type aggregate) => AreOfHistories(session.DocumentStore, aggregate);

    /// <summary>The state of a stream to decide on, to which events are appended.</summary>
    /// <exception cref="StreamNotFoundException">There is no such branch.</exception>
    public async Task<HistoryStream<T>> FetchForWritingAsync<T>(StreamName stream, CancellationToken cancellationToken)
        where T : class
    {
        var (state, found) = await FetchStateAsync<T>(stream, cancellationToken).ConfigureAwait(false);
        return new HistoryStream<T>(session, stream, found.Stored, state, cancellationToken);
    }

    /// <summary>The state of a stream with the unsaved events of the session, and a version that is not newer.</summary>
    /// <exception cref="StreamNotFoundException">There is no such branch.</exception>
    public async Task<(T? State, long Version)> FetchAsync<T>(StreamName stream, CancellationToken cancellationToken)
        where T : class
    {
        var (state, found) = await FetchStateAsync<T>(stream, cancellationToken).ConfigureAwait(false);
        return (state, found.Version.Value);
    }

    /// <summary>The newest state of a stream, with the unsaved events of the session; null without events that make one.</summary>
    public async Task<T?> FetchLatestAsync<T>(StreamName stream, CancellationToken cancellationToken)
        where T : class
    {
        // A document that is never late needs no look at the stream.
        var isStored = LifecycleOf<T>(stream) == ProjectionLifecycle.Inline && UnsavedEvents.Find(session, stream.Value) is null;
        return isStored
            ? await session.Events.FetchLatest<T>(stream.Value, cancellationToken).ConfigureAwait(false)
            : await FetchLatestAsync<T>(await HistoryState.ReadAsync(session, stream, cancellationToken).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
    }

    /// <summary>Folds a history with the unsaved events of the session, or its first events, without stored documents; null without events that make a state.</summary>
    /// <exception cref="PositionOutOfRangeException">The history is shorter.</exception>
    public async Task<T?> AggregateAsync<T>(StreamName stream, Position? at, CancellationToken cancellationToken)
        where T : class
    {
        var found = await HistoryState.ReadAsync(session, stream, cancellationToken).ConfigureAwait(false);
        return await AggregateAsync<T>(found, at, SkippedEvents.None(), cancellationToken).ConfigureAwait(false);
    }

    private async Task<(T? State, HistoryState Found)> FetchStateAsync<T>(StreamName stream, CancellationToken cancellationToken)
        where T : class
    {
        // First the version: if another writer appends before the state is read, an append at the version is refused.
        var found = await HistoryState.ReadAsync(session, stream, cancellationToken).ConfigureAwait(false);
        return found.Version > StreamVersion.Empty ? (await FetchLatestAsync<T>(found, cancellationToken).ConfigureAwait(false), found)
            : stream.IsBranch ? throw new StreamNotFoundException(stream)
            : (null, found);
    }

    private async Task<T?> AggregateAsync<T>(HistoryState found, Position? at, SkippedEvents skipped, CancellationToken cancellationToken)
        where T : class
    {
        var (history, stream) = (found.History, found.History.Stream);
        var length = history.LengthAt(found.Version);
        if (at > length)
        {
            throw new PositionOutOfRangeException(stream, at.Value, length);
        }

        var options = (StoreOptions)session.DocumentStore.Options;
        var aggregator = options.Projections.AggregatorFor<T>() is HistoryProjection<T> ofHistories
            ? ofHistories.Own
            : options.Projections.AggregatorFor<T>();
        var state = await new HistoryFold<T>(session, aggregator, null, stream, skipped)
            .FoldAsync(history.Fork(at ?? length), cancellationToken).ConfigureAwait(false);
        if (state is not null)
        {
            StateIdentity.Set(session.DocumentStore, state, stream.Value);
        }

        return state;
    }

    // Marten folds no event of an archived stream, so that only a document which is never late has its state. No document has the unsaved events.
    private async Task<T?> FetchLatestAsync<T>(HistoryState found, CancellationToken cancellationToken)
        where T : class
    {
        var lifecycle = LifecycleOf<T>(found.History.Stream);
        var isStored = lifecycle == ProjectionLifecycle.Inline || (lifecycle == ProjectionLifecycle.Async && !found.IsArchived);
        return isStored && found.Unsaved == 0
            ? await session.Events.FetchLatest<T>(found.History.Stream.Value, cancellationToken).ConfigureAwait(false)
            : await AggregateAsync<T>(found, null, SkippedEvents.ByDaemon(session.DocumentStore, lifecycle), cancellationToken).ConfigureAwait(false);
    }

    private ProjectionLifecycle LifecycleOf<T>(StreamName stream) =>
        ((StoreOptions)session.DocumentStore.Options).Projections.TryFindAggregate(typeof(T), out var projection)
        && (projection is IHistoryProjection || !stream.IsBranch)
            ? projection.Lifecycle
            : ProjectionLifecycle.Live;
}
