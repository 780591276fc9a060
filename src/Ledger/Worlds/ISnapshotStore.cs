using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>Where the snapshots of worlds are kept, one for each stream, the newest: a capability of an engine, see <see cref="IEventStore.Get{T}"/>.</summary>
/// <remarks>
/// Safe for concurrent use. A snapshot is a cache of what the log says: whoever reads one checks it, and folds the log where it
/// does not stand the check. Applications use <see cref="Run.SaveSnapshotAsync"/> and <see cref="Run.GetWorldAsync(Position?, System.Threading.CancellationToken)"/>.
/// </remarks>
public interface ISnapshotStore
{
    /// <summary>Finds the first snapshot, in the order of the call, that does not stand for more than is asked.</summary>
    /// <param name="wanted">The streams, the most wanted first, and how much of each a snapshot may stand for.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The snapshot, or null when none of the streams has one that is old enough.</returns>
    Task<StoredSnapshot?> FindSnapshotAsync(
        IReadOnlyList<SnapshotLimit> wanted,
        CancellationToken cancellationToken = default);

    /// <summary>Keeps a snapshot, unless the stream has one of a later version.</summary>
    /// <returns>What is kept now.</returns>
    Task<SnapshotOutcome> SaveSnapshotAsync(StoredSnapshot snapshot, CancellationToken cancellationToken = default);

    /// <summary>Removes the snapshot of a stream, if it is still the one of this version.</summary>
    Task DiscardSnapshotAsync(StreamName stream, StreamVersion version, CancellationToken cancellationToken = default);
}
