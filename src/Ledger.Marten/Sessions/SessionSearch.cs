using Ledger.Log;

namespace Ledger.Marten.Sessions;

/// <summary>The search for a session with unsaved events: the engine answers for the histories that have none, and for the whole log, which has no unsaved events.</summary>
internal sealed class SessionSearch(ILogSearch stored, ILogSearch scan, Func<History, bool> hasUnsaved) : ILogSearch
{
    public Task<StreamPage> FindStreamsAsync(StreamQuery query, CancellationToken cancellationToken = default) =>
        scan.FindStreamsAsync(query, cancellationToken);

    public Task<BranchPage> FindBranchesAsync(BranchQuery query, CancellationToken cancellationToken = default) => stored.FindBranchesAsync(query, cancellationToken);

    public Task<IReadOnlyList<StreamInfo>> GetStreamsAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken = default) =>
        scan.GetStreamsAsync(streams, cancellationToken);

    public Task<EventPage> FindEventsAsync(History history, EventQuery query, CancellationToken cancellationToken = default) =>
        For(history).FindEventsAsync(history, query, cancellationToken);

    public Task<LogPage> SearchAsync(LogQuery query, CancellationToken cancellationToken = default) => stored.SearchAsync(query, cancellationToken);

    public Task<EventCounts> CountEventsAsync(History history, Position from, Position to, int slices, CancellationToken cancellationToken = default) =>
        For(history).CountEventsAsync(history, from, to, slices, cancellationToken);

    public Task<Position> FindPositionAsync(History history, DateTimeOffset time, CancellationToken cancellationToken = default) =>
        For(history).FindPositionAsync(history, time, cancellationToken);

    private ILogSearch For(History history) => hasUnsaved(history) ? scan : stored;
}
