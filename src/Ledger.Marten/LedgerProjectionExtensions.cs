using JasperFx.Events.Projections;
using Ledger.Marten;
using Ledger.Marten.Aggregates;
using Ledger.Marten.Worlds;
using Marten.Events.Aggregation;
using Marten.Events.Projections;
using Weasel.Postgresql;

namespace Marten;

/// <summary>Ledger's projections, run by Marten.</summary>
public static class LedgerProjectionExtensions
{
    /// <summary>Updates the snapshot of a run's or branch's world by a Marten projection named <c>ledger_world</c>.</summary>
    /// <remarks>
    /// Each is a <see cref="LedgerWorld"/>, and every engine reads worlds from it. A branch's world begins with the shared prefix. An event that cannot be applied
    /// is skipped, and listed in the document. A world that is too large keeps its last document, and this is logged. Marten's daemon rebuilds them.
    /// </remarks>
    /// <param name="options">The options of a store that was given to <c>UseLedger</c>.</param>
    /// <param name="lifecycle">Inline, in the transaction of every append, or async, by Marten's daemon.</param>
    /// <exception cref="ArgumentException">The lifecycle is live: worlds are folded without a projection then.</exception>
    /// <exception cref="InvalidOperationException">The store was not given to Ledger.</exception>
    public static StoreOptions SnapshotWorlds(this StoreOptions options, ProjectionLifecycle lifecycle)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (lifecycle == ProjectionLifecycle.Live)
        {
            throw new ArgumentException("Worlds are folded without a projection when they are asked for; choose Inline or Async.", nameof(lifecycle));
        }

        var store = StoreConfiguration.Of(options);
        options.Projections.Add(
            new WorldSnapshots(store, lifecycle),
            lifecycle,
            LedgerWorldMappingAttribute.Alias,
            asyncOptions => asyncOptions.DeleteDataInTableOnTeardown(
                new PostgresqlObjectName(store.Ledger.EventSchema, $"mt_doc_{LedgerWorldMappingAttribute.Alias}", SchemaUtils.IdentifierUsage.General).QualifiedName));
        return options;
    }

    /// <summary>Snapshots of an aggregate of the application, one for each run and branch; that of a branch begins with the state of its parent at the fork.</summary>
    /// <remarks>
    /// Like Marten's <c>Snapshot</c>, whose documents of a branch have only its own events. Marten's <c>FetchForWriting</c>, <c>FetchLatest</c> and
    /// <c>AggregateStreamAsync</c> return the same state, and a rebuild makes the same documents, also of archived streams. A fork reads
    /// the document of the parent and the events after it, or the events alone if the document is newer than the fork. The identity is a string.
    /// </remarks>
    /// <typeparam name="T">The aggregate, with Marten's <c>Create</c>, <c>Apply</c> and <c>ShouldDelete</c>.</typeparam>
    /// <param name="projections">The projections of a store that was given to <c>UseLedger</c>.</param>
    /// <param name="lifecycle">Inline, in the transaction of every append, or async, by Marten's daemon.</param>
    /// <param name="configure">Changes the projection's name, version or options; null for Marten's defaults.</param>
    public static ProjectionOptions SnapshotOfHistory<T>(
        this ProjectionOptions projections, SnapshotLifecycle lifecycle, Action<ProjectionBase>? configure = null)
        where T : class =>
        Add(
            projections,
            new SingleStreamProjection<T, string>(),
            lifecycle == SnapshotLifecycle.Inline ? ProjectionLifecycle.Inline : ProjectionLifecycle.Async,
            configure);

    /// <summary>An aggregate of the application that is folded whenever it is read; that of a branch begins with the state of its parent at the fork.</summary>
    /// <remarks>Like Marten's <c>LiveStreamAggregation</c>, which for a branch folds only its own events.</remarks>
    /// <typeparam name="T">The aggregate, with Marten's <c>Create</c>, <c>Apply</c> and <c>ShouldDelete</c>.</typeparam>
    /// <param name="projections">The projections of a store that was given to <c>UseLedger</c>.</param>
    public static ProjectionOptions LiveAggregationOfHistory<T>(this ProjectionOptions projections)
        where T : class => Add(projections, new SingleStreamProjection<T, string>(), ProjectionLifecycle.Live, null);

    /// <summary>A projection that the application has written for single streams; for a branch it begins with the state that its parent had at the fork.</summary>
    /// <remarks>
    /// The same as <see cref="SnapshotOfHistory{T}"/> and <see cref="LiveAggregationOfHistory{T}"/>, folded by the projection: by its methods or its overrides of
    /// <c>Evolve</c> and <c>DetermineAction</c>, with its name, version and options, its <c>ApplyMetadata</c>, and in Marten's daemon its <c>EnrichEventsAsync</c> and
    /// <c>RaiseSideEffects</c>. Shared events are enriched for a branch too, but have had their side effects in the parent. The identity that the projection is given with a
    /// shared event is the name of the stream that has it.
    /// </remarks>
    /// <typeparam name="T">The aggregate.</typeparam>
    /// <param name="projections">The projections of a store that was given to <c>UseLedger</c>.</param>
    /// <param name="projection">The projection, which is added to no other store.</param>
    /// <param name="lifecycle">Inline, in the transaction of every append; async, by Marten's daemon; or live, folded whenever it is read.</param>
    /// <param name="configure">Changes the projection's name, version or options; null for its own.</param>
    public static ProjectionOptions AddProjectionOfHistory<T>(
        this ProjectionOptions projections,
        SingleStreamProjection<T, string> projection,
        ProjectionLifecycle lifecycle,
        Action<ProjectionBase>? configure = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(projection);
        return Add(projections, projection, lifecycle, configure);
    }

    private static ProjectionOptions Add<T>(
        ProjectionOptions projections, SingleStreamProjection<T, string> own, ProjectionLifecycle lifecycle, Action<ProjectionBase>? configure)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(projections);
        var projection = new HistoryProjection<T>(own);
        configure?.Invoke(projection);
        projections.Add((IProjectionSource<IDocumentOperations, IQuerySession>)projection, lifecycle);
        return projections;
    }
}
