using Ledger.Log;

namespace Ledger.Marten.Streams;

/// <content>What is searched for is found by the native engine.</content>
public sealed partial class MartenEventStore : ILogSearch
{
    /// <inheritdoc/>
    public Task<StreamPage> FindStreamsAsync(StreamQuery query, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.FindStreamsAsync(query, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamInfo>> GetStreamsAsync(
        IReadOnlyCollection<StreamName> streams,
        CancellationToken cancellationToken = default) =>
        AskAsync(native => native.GetStreamsAsync(streams, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<EventPage> FindEventsAsync(History history, EventQuery query, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.FindEventsAsync(history, query, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<EventCounts> CountEventsAsync(
        History history,
        Position from,
        Position to,
        int slices,
        CancellationToken cancellationToken = default) =>
        AskAsync(native => native.CountEventsAsync(history, from, to, slices, cancellationToken), cancellationToken);
}
