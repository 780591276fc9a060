using JasperFx.Events;
using JasperFx.Events.Aggregation;
using JasperFx.Events.Daemon;
using JasperFx.Events.Grouping;
using JasperFx.Events.Projections;
using Ledger.Log;
using Ledger.Postgres.Connecting;
using Marten;
using Marten.Events.Aggregation;
using Microsoft.Extensions.Logging;

namespace Ledger.Marten.Aggregates;

/// <summary>Marten's projection of an aggregate, which for a branch begins with the state that its parent had at the fork.</summary>
/// <remarks>
/// Everything that Marten does with an aggregate comes through one method: inline, in the daemon, and whenever events are folded on demand. There the
/// first event of a branch, with no state before it, is preceded by the shared events; the rest is the aggregate's own projection, be it Marten's or one
/// that the application has written.
/// </remarks>
internal sealed class HistoryProjection<T> : SingleStreamProjection<T, string>, IHistoryProjection, IValidatedProjection<StoreOptions>
    where T : class
{
    private readonly SingleStreamProjection<T, string> _own;
    private readonly bool _isInSession;
    private StoredStates<T>? _documents;

    /// <param name="own">Folds the events of one stream; its name, version and options become those of this projection.</param>
    public HistoryProjection(SingleStreamProjection<T, string> own)
        : this(own, isInSession: false)
    {
        (Name, Version, StreamType) = (own.Name, own.Version, own.StreamType);
        IncludedEventTypes.AddRange(own.IncludedEventTypes);
        replaceOptions(own.Options);
    }

    private HistoryProjection(SingleStreamProjection<T, string> own, bool isInSession)
    {
        (_own, _isInSession) = (own, isInSession);

        // An archived run or branch can be read, so it keeps its document in a rebuild.
        IncludeArchivedEvents = true;
    }

    /// <summary>Folds the events of one stream, without those that a branch shares.</summary>
    public IAggregator<T, IQuerySession> Own => _own;

    public override void AssembleAndAssertValidity()
    {
        _own.AssembleAndAssertValidity();
        IncludedEventTypes.AddRange(AllEventTypes.Except(IncludedEventTypes).ToList());
    }

    public override T ApplyMetadata(T snapshot, IEvent lastEvent) => _own.ApplyMetadata(snapshot, lastEvent);

    public override Task EnrichEventsAsync(SliceGroup<T, string> group, IQuerySession querySession, CancellationToken cancellation) =>
        _own.EnrichEventsAsync(group, querySession, cancellation);

    public override ValueTask RaiseSideEffects(IDocumentOperations operations, string id, IEventSlice<T> slice) =>
        _own.RaiseSideEffects(operations, id, slice);

    public override IEventSlicer BuildSlicer(IQuerySession session) => _own.BuildSlicer(session);

    public override IEnumerable<Type> PublishedTypes() => base.PublishedTypes().Union(_own.PublishedTypes());

    public override void AttachLogger(ILoggerFactory loggerFactory)
    {
        base.AttachLogger(loggerFactory);
        _own.AttachLogger(loggerFactory);
    }

    public override async ValueTask<(T?, ActionType)> DetermineActionAsync(
        IQuerySession session,
        T? snapshot,
        string identity,
        IIdentitySetter<T, string> identitySetter,
        IReadOnlyList<IEvent> events,
        CancellationToken cancellation)
    {
        if (snapshot is null && events.Count > 0 && BranchEvents.HistoryOf(events[0]) is { } history)
        {
            snapshot = await BeginAsync(session, history, cancellation).ConfigureAwait(false);
            if (snapshot is not null)
            {
                identitySetter.SetIdentity(snapshot, identity);
            }
        }

        return await _own.DetermineActionAsync(session, snapshot, identity, identitySetter, events, cancellation).ConfigureAwait(false);
    }

    IEnumerable<string> IValidatedProjection<StoreOptions>.ValidateConfiguration(StoreOptions options)
    {
        if (!StoreConfiguration.IsIn(options))
        {
            yield return $"The snapshot of {typeof(T)} begins with the history of branches, which the store has only with 'options.UseLedger()'.";
        }

        if (((IReadOnlyStoreOptions)options).FindOrResolveDocumentType(typeof(T)).IdType != typeof(string))
        {
            yield return $"The snapshot of {typeof(T)} needs an identity of type string: the name of its stream.";
        }

        foreach (var fault in ValidateConfiguration(options))
        {
            yield return fault;
        }
    }

    // None means all, unless the application has included some.
    protected override Type[] determineEventTypes() =>
        _own.AllEventTypes.Concat(IncludedEventTypes).ToList() is { Count: > 0 } types ? [.. types.Append(typeof(BranchCreated)).Distinct()] : [];

    // Inline, what the session has written counts. The daemon handles several streams at once in one session, and Marten folds events on demand while it
    // still reads from the session's connection.
    protected override IInlineProjection<IDocumentOperations> buildForInline()
    {
        var inline = new HistoryProjection<T>(_own, isInSession: true)
        {
            Lifecycle = Lifecycle,
            Name = Name,
            Version = Version,
            StreamType = StreamType,
            IncludeArchivedEvents = IncludeArchivedEvents,
            Logger = Logger,
        };
        inline.IncludedEventTypes.AddRange(IncludedEventTypes);
        inline.replaceOptions(Options);
        inline.AssembleAndAssertValidity();
        return inline;
    }

    private async Task<T?> BeginAsync(IQuerySession session, History history, CancellationToken cancellationToken)
    {
        if (_isInSession)
        {
            return await FoldAsync(session, history, SkippedEvents.None(), null, cancellationToken).ConfigureAwait(false);
        }

        return await AmbientScope.OutsideAsync(async () =>
        {
            var reading = session.DocumentStore.QuerySession(session.TenantId);
            await using var _ = reading.ConfigureAwait(false);
            var skipped = SkippedEvents.ByDaemon(session.DocumentStore, Lifecycle);
            return await FoldAsync(reading, history, skipped, EnrichesEvents ? EnrichAsync : null, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    // As the daemon does it with the events of a stream; Marten's live folds leave them as they are.
    private bool EnrichesEvents => Lifecycle != ProjectionLifecycle.Live && _own.GetType() != typeof(SingleStreamProjection<T, string>);

    private Task<T?> FoldAsync(
        IQuerySession session, History history, SkippedEvents skipped, HistoryFold<T>.Enrichment? enrich, CancellationToken cancellationToken)
    {
        var documents = Lifecycle == ProjectionLifecycle.Live ? null : _documents ??= new StoredStates<T>(session.DocumentStore);
        return new HistoryFold<T>(session, _own, documents, history.Stream, skipped, enrich).FoldAsync(history.Lineage, cancellationToken);
    }

    private async Task<IReadOnlyList<IEvent>> EnrichAsync(
        IQuerySession session, string stream, IReadOnlyList<IEvent> events, CancellationToken cancellationToken)
    {
        var group = new SliceGroup<T, string>(session.TenantId);
        group.AddEvents(stream, events);
        await _own.EnrichEventsAsync(group, session, cancellationToken).ConfigureAwait(false);
        return group.Slices[stream].Events();
    }
}
