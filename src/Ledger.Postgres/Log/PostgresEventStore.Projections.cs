using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Postgres.Projections.Subscriptions;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Worlds;
using Ledger.Projections;
using Ledger.Worlds;

namespace Ledger.Postgres;

/// <content>Subscriptions, and the maintenance of projections.</content>
public sealed partial class PostgresEventStore
{
    /// <summary>Returns the events of all streams in log order, first the existing ones and then each as it is appended, without end.</summary>
    /// <remarks>
    /// No event is left out: one whose transaction is still running is waited for. The position is not stored; a <see cref="Subscription"/> that the daemon
    /// runs has a position. It uses one connection throughout, and opens another if it is lost, within <see cref="PostgresOptions.RetryFor"/>. LISTEN reports
    /// appends at once; through a pooler, it polls ten times a second.
    /// </remarks>
    /// <exception cref="LogNumbersException">It begins or stands at a number that the log has not assigned yet, or the sequence is behind the
    /// events.</exception>
    /// <exception cref="StandbyServerException">The server is a standby.</exception>
    /// <param name="filter">The events to return; null for all.</param>
    /// <param name="start">Where to begin; null for the first event of the log.</param>
    /// <param name="cancellationToken">Ends it, by an <see cref="OperationCanceledException"/>.</param>
    public IAsyncEnumerable<RecordedEvent> SubscribeAsync(
        EventFilter? filter = null,
        SubscriptionStart? start = null,
        CancellationToken cancellationToken = default) =>
        new LogFollower(_context.Connections.Pool, _context.Options, _context.Gaps, _context.TimeProvider)
            .FollowAsync(filter ?? EventFilter.All, start ?? SubscriptionStart.Beginning, cancellationToken);

    /// <summary>Waits until asynchronous projections contain every event that is in the log now.</summary>
    /// <param name="timeout">How long at most.</param>
    /// <param name="projection">Which one; null for all of <see cref="PostgresOptions.AsyncProjections"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="TimeoutException">One of them does not yet; the message states its position.</exception>
    public Task WaitForNonStaleAsync(
        TimeSpan timeout,
        Projection? projection = null,
        CancellationToken cancellationToken = default) => new NonStaleWait(_context).RunAsync(timeout, projection, cancellationToken);

    /// <summary>Rebuilds everything that a projection stores from the log, next to the old data, and then replaces it.</summary>
    /// <remarks>
    /// <para>Snapshots, documents and rows whose tables are named by <c>{table:…}</c> are written into new tables. Reads see the old data, and appends that run
    /// the projection continue; they wait only at the end, while the last events are read. After a cancellation, a later call with <see
    /// cref="RebuildMode.Resume"/> continues where it stopped. It needs the right to create tables.</para>
    /// <para>Other rows, and everything on a connection or transaction of the caller, are rebuilt in place and in one transaction; appends that run the
    /// projection wait for it. It is refused with SQLSTATE 55P03 when running appends do not end within five seconds.</para>
    /// <para>After a fault the old data stays. The projection need not be in the options; they decide whether it runs inline or asynchronously.</para>
    /// </remarks>
    /// <param name="projection">Which one.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Receives the progress, from several threads, or null.</param>
    /// <param name="cancellationToken">Stops the rebuild; the old data is unchanged.</param>
    /// <exception cref="InvalidOperationException">A row projection does not state how its rows are removed.</exception>
    /// <exception cref="ProjectionFailedException">An event cannot be applied.</exception>
    /// <exception cref="RebuildInProgressException">Another process is already rebuilding it.</exception>
    public Task RebuildAsync(
        Projection projection,
        RebuildOptions? options = null,
        IProgress<RebuildProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new Rebuilds(_context, _streams).RunAsync(projection, options, progress, cancellationToken);

    /// <summary>Rebuilds the document of one stream.</summary>
    /// <remarks>In place and in one transaction; appends that run the projection wait for it.</remarks>
    /// <param name="snapshot">Whose documents.</param>
    /// <param name="stream">The stream; without events, or as a branch, it has no document afterwards.</param>
    /// <param name="cancellationToken">Stops; nothing is changed.</param>
    /// <exception cref="ProjectionFailedException">An event cannot be applied.</exception>
    public Task RebuildAsync<T>(Snapshot<T> snapshot, StreamName stream, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return RebuildStreamAsync(snapshot, stream, cancellationToken);
    }

    /// <inheritdoc cref="RebuildAsync{T}(Snapshot{T}, StreamName, CancellationToken)"/>
    internal Task RebuildStreamAsync(Projection snapshot, StreamName stream, CancellationToken cancellationToken) =>
        new Rebuilds(_context, _streams).RunAsync(snapshot, stream, cancellationToken);

    /// <summary>Creates the index for <see cref="ObjectFilter.Contains"/> if it does not exist: a GIN index on the data of current objects.</summary>
    /// <remarks>
    /// Appends that write rows wait meanwhile; to avoid that, run <c>create index concurrently</c> by hand, with the name <c>ix_world_object_data</c>. With it
    /// a patch costs more, because it no longer stays in its page.
    /// </remarks>
    /// <param name="cancellationToken">Stops; nothing is changed.</param>
    public Task IndexWorldsAsync(CancellationToken cancellationToken = default) => new WorldIndex(_context).CreateAsync(cancellationToken);

    /// <summary>Drops the index that <see cref="IndexWorldsAsync"/> creates.</summary>
    /// <param name="cancellationToken">Stops; nothing is changed.</param>
    public Task UnindexWorldsAsync(CancellationToken cancellationToken = default) => new WorldIndex(_context).DropAsync(cancellationToken);

    /// <summary>Creates the indexes for questions in SQL about all runs, if they do not exist: of events by type, by time, by tool, and from calls to their ends.</summary>
    /// <remarks>
    /// Appends wait meanwhile, and write to them from then on. A Marten store that was given to <c>UseLedger</c> leaves them alone; one that was not drops them when
    /// it migrates the tables, which loses nothing but time.
    /// </remarks>
    /// <param name="cancellationToken">Stops; nothing is changed.</param>
    public Task IndexEventsAsync(CancellationToken cancellationToken = default) => new EventIndexes(_context).CreateAsync(cancellationToken);

    /// <summary>Drops the indexes that <see cref="IndexEventsAsync"/> creates.</summary>
    /// <param name="cancellationToken">Stops; nothing is changed.</param>
    public Task UnindexEventsAsync(CancellationToken cancellationToken = default) => new EventIndexes(_context).DropAsync(cancellationToken);
}
