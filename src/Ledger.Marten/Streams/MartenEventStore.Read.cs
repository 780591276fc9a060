using Ledger.Log;

namespace Ledger.Marten.Streams;

/// <content>Reads use the native engine.</content>
public sealed partial class MartenEventStore
{
    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadForwardAsync(
        StreamName stream,
        StreamVersion from = default,
        StreamVersion? to = null,
        CancellationToken cancellationToken = default) =>
        Native.ReadForwardAsync(stream, from, to, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadBackwardAsync(
        StreamName stream,
        StreamVersion? from = null,
        StreamVersion to = default,
        CancellationToken cancellationToken = default) =>
        Native.ReadBackwardAsync(stream, from, to, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadHistoryAsync(
        History history,
        Position from = default,
        Position? to = null,
        CancellationToken cancellationToken = default) =>
        Native.ReadHistoryAsync(history, from, to, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadLogAsync(SequenceNumber after = default, CancellationToken cancellationToken = default) =>
        Native.ReadLogAsync(after, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<StreamInfo> ListStreamsAsync(string prefix = "", CancellationToken cancellationToken = default) =>
        Native.ListStreamsAsync(prefix, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default) =>
        Native.FindEventsAsync(ids, cancellationToken);

    /// <inheritdoc/>
    public Task<StreamInfo?> GetStreamAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        Native.GetStreamAsync(stream, cancellationToken);

    /// <inheritdoc/>
    public Task ArchiveAsync(StreamName stream, CancellationToken cancellationToken = default) => Native.ArchiveAsync(stream, cancellationToken);
}
