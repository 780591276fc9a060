using System.Runtime.CompilerServices;
using Ledger.Log;

namespace Ledger.Marten.Streams;

/// <content>What is read is read by the native engine.</content>
public sealed partial class MartenEventStore
{
    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadForwardAsync(
        StreamName stream,
        StreamVersion from = default,
        StreamVersion? to = null,
        CancellationToken cancellationToken = default) =>
        ReadAsync(_native.ReadForwardAsync(stream, from, to, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadBackwardAsync(
        StreamName stream,
        StreamVersion? from = null,
        StreamVersion to = default,
        CancellationToken cancellationToken = default) =>
        ReadAsync(_native.ReadBackwardAsync(stream, from, to, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadHistoryAsync(
        History history,
        Position from = default,
        Position? to = null,
        CancellationToken cancellationToken = default) =>
        ReadAsync(_native.ReadHistoryAsync(history, from, to, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadLogAsync(SequenceNumber after = default, CancellationToken cancellationToken = default) =>
        ReadAsync(_native.ReadLogAsync(after, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<StreamInfo> ListStreamsAsync(string prefix = "", CancellationToken cancellationToken = default) =>
        ReadAsync(_native.ListStreamsAsync(prefix, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.FindEventsAsync(ids, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<StreamInfo?> GetStreamAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.GetStreamAsync(stream, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task ArchiveAsync(StreamName stream, CancellationToken cancellationToken = default) => AskAsync(
        async native =>
        {
            await native.ArchiveAsync(stream, cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private async Task<T> AskAsync<T>(Func<Postgres.PostgresEventStore, Task<T>> ask, CancellationToken cancellationToken)
    {
        await EnsureSchemaAsync(cancellationToken).ConfigureAwait(false);
        return await ask(_native).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<T> ReadAsync<T>(IAsyncEnumerable<T> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await EnsureSchemaAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            yield return item;
        }
    }
}
