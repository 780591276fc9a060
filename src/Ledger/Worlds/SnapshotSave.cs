using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>Folds the world of a history and stores it, again if its events were rewritten meanwhile.</summary>
/// <param name="store">Where it is stored.</param>
/// <param name="read">Makes a reader of the history.</param>
/// <param name="stream">The run or branch.</param>
/// <param name="prefix">The length of the prefix that the history shares with its parent.</param>
internal sealed class SnapshotSave(ISnapshotStore store, Func<WorldReader> read, StreamName stream, Position prefix)
{
    /// <summary>Saves the world at a position, or at the end.</summary>
    /// <exception cref="SnapshotTooLargeException">The world is too large.</exception>
    public async Task<WorldSnapshot> RunAsync(Position? at, CancellationToken cancellationToken)
    {
        while (true)
        {
            var since = await store.BeginSnapshotAsync(cancellationToken).ConfigureAwait(false);
            var worlds = read();
            var (world, lastEventId) = await worlds.ReadAsync(at, cancellationToken).ConfigureAwait(false);
            foreach (var useless in worlds.Useless.Where(u => u.Stream == stream))
            {
                // It may claim a later version, and would then block new snapshots forever.
                await store.DiscardSnapshotAsync(stream, useless.Version, cancellationToken).ConfigureAwait(false);
            }

            var snapshot = new WorldSnapshot(stream, world, lastEventId);
            var json = WorldSnapshotJson.ToBytes(snapshot);
            if (json.Length > WorldSnapshot.MaxBytes)
            {
                throw new SnapshotTooLargeException(stream, world.Position, json.Length);
            }

            var stored = new StoredSnapshot(stream, new StreamVersion(world.Position.Value - prefix.Value), json) { Since = since };
            if (await store.SaveSnapshotAsync(stored, cancellationToken).ConfigureAwait(false) is not SnapshotOutcome.Rewritten)
            {
                return snapshot;
            }
        }
    }
}
