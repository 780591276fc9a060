using Ledger.Log;
using Ledger.Worlds;

namespace Ledger;

public sealed partial class MemoryEventStore : ISnapshotStore
{
    private readonly Dictionary<StreamName, StoredSnapshot> _snapshots = [];

    /// <inheritdoc/>
    public async Task<StoredSnapshot?> FindSnapshotAsync(
        IReadOnlyList<SnapshotLimit> wanted,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            foreach (var (stream, atMost) in wanted)
            {
                if (_snapshots.TryGetValue(stream, out var found) && found.Version <= atMost)
                {
                    return found;
                }
            }

            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<string> BeginSnapshotAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return MaskMark;
        }
    }

    /// <inheritdoc/>
    public async Task<SnapshotOutcome> SaveSnapshotAsync(StoredSnapshot snapshot, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        AppendRules.Check(snapshot.Stream, nameof(snapshot));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (snapshot.Since is { } since && since != MaskMark)
            {
                return SnapshotOutcome.Rewritten;
            }

            if (_snapshots.TryGetValue(snapshot.Stream, out var kept) && kept.Version > snapshot.Version)
            {
                return SnapshotOutcome.NewerKept;
            }

            _snapshots[snapshot.Stream] = snapshot;
            return SnapshotOutcome.Saved;
        }
    }

    /// <inheritdoc/>
    public async Task DiscardSnapshotAsync(StreamName stream, StreamVersion version, CancellationToken cancellationToken = default)
    {
        AppendRules.Check(stream, nameof(stream));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_snapshots.TryGetValue(stream, out var kept) && kept.Version == version)
            {
                _snapshots.Remove(stream);
            }
        }
    }
}
