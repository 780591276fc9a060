using JasperFx.Events.Projections;
using Ledger.Log;
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
        var (state, version) = await FetchAsync<T>(stream, cancellationToken).ConfigureAwait(false);
        return new HistoryStream<T>(session, stream, version, state, cancellationToken);
    }

    /// <summary>The state of a stream and a version that is not newer.</summary>
    /// <exception cref="StreamNotFoundException">There is no such branch.</exception>
    public async Task<(T? State, long Version)> FetchAsync<T>(StreamName stream, CancellationToken cancellationToken)
        where T : class
    {
        CheckIsSaved(stream);

        // First the version: if another writer appends before the state is read, an append at the version is refused.
        var found = await session.Events.FetchStreamStateAsync(stream.Value, cancellationToken).ConfigureAwait(false);
        if (found is null or { Version: 0 } && stream.IsBranch)
        {
            throw new StreamNotFoundException(stream);
        }

        return found is null or { Version: 0 }
            ? (null, 0)
            : (await FetchLatestAsync<T>(stream, found, cancellationToken).ConfigureAwait(false), found.Version);
    }

    /// <summary>The newest state of a stream; null without events that make one.</summary>
    /// <exception cref="InvalidOperationException">The branch was forked in this session, which is not saved.</exception>
    public Task<T?> FetchLatestAsync<T>(StreamName stream, CancellationToken cancellationToken)
        where T : class
    {
        CheckIsSaved(stream);
        return FetchLatestAsync<T>(stream, null, cancellationToken);
    }

    /// <summary>Folds a history, or its first events, without stored documents; null without events that make a state.</summary>
    /// <exception cref="PositionOutOfRangeException">The history is shorter.</exception>
    public Task<T?> AggregateAsync<T>(StreamName stream, Position? at, CancellationToken cancellationToken)
        where T : class
    {
        CheckIsSaved(stream);
        return AggregateAsync<T>(stream, at, SkippedEvents.None(), cancellationToken);
    }

    private async Task<T?> AggregateAsync<T>(StreamName stream, Position? at, SkippedEvents skipped, CancellationToken cancellationToken)
        where T : class
    {
        var found = await session.Events.FetchStreamStateAsync(stream.Value, cancellationToken).ConfigureAwait(false);
        var history = await FindHistoryAsync(stream, cancellationToken).ConfigureAwait(false);
        var length = history.LengthAt(new StreamVersion(found?.Version ?? 0));
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

    private async Task<T?> FetchLatestAsync<T>(StreamName stream, JasperFx.Events.StreamState? found, CancellationToken cancellationToken)
        where T : class
    {
        var lifecycle = LifecycleOf<T>(stream);
        if (lifecycle == ProjectionLifecycle.Async)
        {
            found ??= await session.Events.FetchStreamStateAsync(stream.Value, cancellationToken).ConfigureAwait(false);
        }

        // Marten folds no event of an archived stream, so that only a document which is never late has its state.
        return lifecycle == ProjectionLifecycle.Inline || (lifecycle == ProjectionLifecycle.Async && found is { IsArchived: false })
            ? await session.Events.FetchLatest<T>(stream.Value, cancellationToken).ConfigureAwait(false)
            : await AggregateAsync<T>(stream, null, SkippedEvents.ByDaemon(session.DocumentStore, lifecycle), cancellationToken).ConfigureAwait(false);
    }

    private ProjectionLifecycle LifecycleOf<T>(StreamName stream) =>
        ((StoreOptions)session.DocumentStore.Options).Projections.TryFindAggregate(typeof(T), out var projection)
        && (projection is IHistoryProjection || !stream.IsBranch)
            ? projection.Lifecycle
            : ProjectionLifecycle.Live;

    private void CheckIsSaved(StreamName stream)
    {
        if (stream.IsBranch && session.PendingChanges.Streams().Any(s => s.Key == stream.Value && s.Events.Any(e => e.Data is BranchCreated)))
        {
            throw new InvalidOperationException(
                $"'{stream}' was forked in this session, which is not saved yet, and aggregates are made of saved events. Save the session first.");
        }
    }

    private async Task<History> FindHistoryAsync(StreamName stream, CancellationToken cancellationToken)
    {
        if (!stream.IsBranch)
        {
            return History.OfRun(stream);
        }

        var first = await HistoryEvents.ReadAsync(session, stream.Value, 1, 1, cancellationToken).ConfigureAwait(false);
        return BranchEvents.HistoryOf(first.Count == 0 ? null : first[0]) ?? History.OfRun(stream);
    }
}
