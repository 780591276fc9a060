using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>Stores the newest world snapshot of each stream: a capability of an engine, see <see cref="IEventStore.Get{T}"/>.</summary>
/// <remarks>
/// Safe for concurrent use. A snapshot is a cache of the log: every reader verifies it, and folds the log if it
/// fails verification. Applications use <see cref="Run.SaveSnapshotAsync"/> and <see cref="Run.GetWorldAsync(Position?, System.Threading.CancellationToken)"/>.
/// </remarks>
public interface ISnapshotStore
{
    /// <summary>Finds the first snapshot, in the order of the list, that is not newer than its limit.</summary>
    /// <param name="wanted">The streams in order of preference, each with the latest version that its snapshot may have.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The snapshot, or null if no stream has one that is old enough.</returns>
    Task<StoredSnapshot?> FindSnapshotAsync(
        IReadOnlyList<SnapshotLimit> wanted,
        CancellationToken cancellationToken = default);

    /// <summary>Notes the state of the log, before a history is read for a snapshot.</summary>
    /// <returns>What <see cref="StoredSnapshot.Since"/> takes: opaque, and only for this store.</returns>
    Task<string> BeginSnapshotAsync(CancellationToken cancellationToken = default);

    /// <summary>Saves a snapshot, unless the stream has one of a later version, or events of its history were rewritten since it was read.</summary>
    /// <returns>Whether it was saved, or why not.</returns>
    Task<SnapshotOutcome> SaveSnapshotAsync(StoredSnapshot snapshot, CancellationToken cancellationToken = default);

    /// <summary>Removes the snapshot of a stream, if it is still the one of this version.</summary>
    Task DiscardSnapshotAsync(StreamName stream, StreamVersion version, CancellationToken cancellationToken = default);
}
