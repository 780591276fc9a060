using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Postgres.Projections.Subscriptions;
using Ledger.Postgres.Worlds;
using Ledger.Projections;
using Ledger.Worlds;

namespace Ledger.Postgres;

/// <content>What follows the log, and the upkeep of what is kept beside it.</content>
public sealed partial class PostgresEventStore
{
    /// <summary>Hands over the events of all streams in log order, first those that are there and then each as it is appended, without end.</summary>
    /// <remarks>
    /// No event is left out: one whose transaction is still running is waited for. Nothing is kept of how far it has come; a
    /// <see cref="Subscription"/> that the daemon runs has a position. It uses one connection for as long as it lasts, and opens another when that
    /// is lost and the time of <see cref="PostgresOptions.RetryFor"/> is not over. Appends are heard of at once by LISTEN; behind a pooler, by
    /// looking ten times a second.
    /// </remarks>
    /// <exception cref="LogNumbersException">It begins or stands at a number that the log has not given yet, or the sequence is behind the events.</exception>
    /// <exception cref="StandbyServerException">The server is a standby.</exception>
    /// <param name="filter">Which events; null for all.</param>
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
    /// <exception cref="TimeoutException">One of them does not yet; the message says how far it is.</exception>
    public Task WaitForNonStaleAsync(
        TimeSpan timeout,
        Projection? projection = null,
        CancellationToken cancellationToken = default) => new NonStaleWait(_context).RunAsync(timeout, projection, cancellationToken);

    /// <summary>Makes everything that a projection keeps anew from the log, beside what is there, and puts it in its place.</summary>
    /// <remarks>
    /// <para>Snapshots, documents and rows whose tables are named by <c>{table:…}</c> are written into new tables. Reads see what was there before,
    /// appends that run the projection go on, and wait at the end alone, for as long as it takes to read what came last. Cancelled, a later call with
    /// <see cref="RebuildMode.Resume"/> goes on where it was. It needs the right to create tables.</para>
    /// <para>Other rows, and everything on a connection or transaction of the caller, are made anew in place and in one transaction, which appends that
    /// run the projection wait for. It is refused with SQLSTATE 55P03 when those under way do not end within five seconds.</para>
    /// <para>A fault leaves what was there. The projection need not be among the options; how it runs, inline or behind, is what they say.</para>
    /// </remarks>
    /// <param name="projection">Which one.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Hears how far it is, from several threads; null for nobody.</param>
    /// <param name="cancellationToken">Stops; what was there is as it was.</param>
    /// <exception cref="InvalidOperationException">A row projection does not say how its rows are removed.</exception>
    /// <exception cref="ProjectionFailedException">An event cannot be applied.</exception>
    /// <exception cref="RebuildInProgressException">Somebody else is doing it.</exception>
    public Task RebuildAsync(
        Projection projection,
        RebuildOptions? options = null,
        IProgress<RebuildProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new Rebuilds(_context, _streams).RunAsync(projection, options, progress, cancellationToken);

    /// <summary>Makes the document of one stream anew.</summary>
    /// <remarks>In place and in one transaction, which appends that run the projection wait for.</remarks>
    /// <param name="snapshot">Whose documents.</param>
    /// <param name="stream">The stream; one without events, or a branch, has no document then.</param>
    /// <param name="cancellationToken">Stops; nothing is changed then.</param>
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

    /// <summary>Switches the index for <see cref="ObjectFilter.Contains"/> on, if it is not: a GIN index on the data of current objects.</summary>
    /// <remarks>
    /// Appends that write rows wait while it is made; <c>create index concurrently</c> by hand, under the name <c>ix_world_object_data</c>, lets
    /// them go on. With it a patch costs more, because it no longer stays in its page.
    /// </remarks>
    /// <param name="cancellationToken">Stops; nothing is changed then.</param>
    public Task IndexWorldsAsync(CancellationToken cancellationToken = default) => new WorldIndex(_context).CreateAsync(cancellationToken);

    /// <summary>Switches the index that <see cref="IndexWorldsAsync"/> makes off.</summary>
    /// <param name="cancellationToken">Stops; nothing is changed then.</param>
    public Task UnindexWorldsAsync(CancellationToken cancellationToken = default) => new WorldIndex(_context).DropAsync(cancellationToken);
}
