namespace Ledger.Log;

/// <summary>Searches streams and events by their properties, in pages, for lists and timelines.</summary>
/// <remarks>
/// A capability that an engine may have: see <see cref="IEventStore.Get{T}"/>. <see cref="LogSearch.Of"/> returns one for any store. Safe for
/// concurrent use.
/// </remarks>
public interface ILogSearch
{
    /// <summary>A page of the streams that a query wants.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number of the query is out of its range.</exception>
    Task<StreamPage> FindStreamsAsync(StreamQuery query, CancellationToken cancellationToken = default);

    /// <summary>A page of the branches that a query wants.</summary>
    /// <remarks>Branches are sorted by the times that their transactions began to fork at: one that is committed while pages are read may be on none of them. To follow
    /// branches, read their events from the log.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A number of the query is out of its range.</exception>
    /// <exception cref="StreamNotFoundException"><see cref="BranchQuery.After"/> is not a branch.</exception>
    Task<BranchPage> FindBranchesAsync(BranchQuery query, CancellationToken cancellationToken = default);

    /// <summary>Describes streams by name, in no particular order; those that do not exist are left out.</summary>
    Task<IReadOnlyList<StreamInfo>> GetStreamsAsync(
        IReadOnlyCollection<StreamName> streams,
        CancellationToken cancellationToken = default);

    /// <summary>The next events of a history that a query wants, in order.</summary>
    /// <remarks>It looks at <see cref="EventQuery.Reach"/> events at most, so that a rare event costs pages and not minutes.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A number of the query is out of its range.</exception>
    Task<EventPage> FindEventsAsync(
        History history,
        EventQuery query,
        CancellationToken cancellationToken = default);

    /// <summary>The last events of all streams that a query wants, the last of the log first.</summary>
    /// <remarks>
    /// It looks at <see cref="LogQuery.Reach"/> events at most, and the next page goes on before them, so that no page reads what another one has read. With
    /// <see cref="LogQuery.Since"/> or <see cref="LogQuery.Until"/> an engine may look only at that part of the log, and an hour more: across streams, times are
    /// not always in the order of the log.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A number of the query is out of its range.</exception>
    Task<LogPage> SearchAsync(LogQuery query, CancellationToken cancellationToken = default);

    /// <summary>Counts the events of a part of a history by type and actor, in slices of equal length.</summary>
    /// <remarks>Of a longer part it samples <see cref="LogSearch.MostCounted"/> events, evenly spread, and the result says so.</remarks>
    /// <param name="history">Whose events.</param>
    /// <param name="from">The position of the first event.</param>
    /// <param name="to">The position after the last event, which the history must reach.</param>
    /// <param name="slices">How many slices, from 1 to 1,000.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<EventCounts> CountEventsAsync(
        History history,
        Position from,
        Position to,
        int slices,
        CancellationToken cancellationToken = default);

    /// <summary>How many events of a history the log had taken by a time: those whose <see cref="RecordedEvent.Timestamp"/> is not later.</summary>
    /// <remarks>Times never decrease along a history, because the log assigns them under the lock of the stream.</remarks>
    /// <param name="history">Whose events.</param>
    /// <param name="time">The time.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<Position> FindPositionAsync(History history, DateTimeOffset time, CancellationToken cancellationToken = default);
}
