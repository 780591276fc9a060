using Ledger.Log;
using Ledger.Projections;
using Ledger.Worlds;

namespace Ledger.Marten.Streams;

/// <content>What is kept beside the log, by Ledger's own projections and snapshots.</content>
public sealed partial class MartenEventStore
{
    /// <inheritdoc/>
    public Task<AggregateState<T>> LoadAsync<T>(Snapshot<T> snapshot, StreamName stream, CancellationToken cancellationToken = default)
        where T : class => AskAsync(native => native.LoadAsync(snapshot, stream, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<T?> LoadAsync<T>(DocumentProjection<T> projection, string id, CancellationToken cancellationToken = default)
        where T : class => AskAsync(native => native.LoadAsync(projection, id, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<StoredSnapshot?> FindSnapshotAsync(IReadOnlyList<SnapshotLimit> wanted, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.FindSnapshotAsync(wanted, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<SnapshotOutcome> SaveSnapshotAsync(StoredSnapshot snapshot, CancellationToken cancellationToken = default) =>
        AskAsync(native => native.SaveSnapshotAsync(snapshot, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task DiscardSnapshotAsync(StreamName stream, StreamVersion version, CancellationToken cancellationToken = default) => AskAsync(
        async native =>
        {
            await native.DiscardSnapshotAsync(stream, version, cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);
}
