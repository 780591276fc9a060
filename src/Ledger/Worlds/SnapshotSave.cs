using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>Stores the world of a history, again if its events were rewritten meanwhile: from rows where there are any, else folded.</summary>
/// <param name="store">Where it is stored.</param>
/// <param name="read">Makes a reader of the history.</param>
/// <param name="stream">The run or branch.</param>
/// <param name="prefix">The length of the prefix that the history shares with its parent.</param>
/// <param name="rows">Reads the world at its end from rows, with the id of the last event, or null if that is gone; null where there are no rows.</param>
internal sealed class SnapshotSave(
    ISnapshotStore store, Func<WorldReader> read, StreamName stream, Position prefix, Func<CancellationToken, Task<(World World, Guid? LastEventId)?>>? rows = null)
{
    /// <summary>Saves the world at a position, or at the end.</summary>
    /// <exception cref="SnapshotTooLargeException">The world is too large.</exception>
    public async Task<WorldSnapshot> RunAsync(Position? at, CancellationToken cancellationToken)
    {
        while (true)
        {
            var since = await store.BeginSnapshotAsync(cancellationToken).ConfigureAwait(false);
            var worlds = read();
            var found = at is null && rows is not null ? await rows(cancellationToken).ConfigureAwait(false) : null;
            var isFromRows = found is not null;
            var (world, lastEventId) = found ?? await worlds.ReadAsync(at, cancellationToken).ConfigureAwait(false);
            await DiscardUselessAsync(worlds, cancellationToken).ConfigureAwait(false);
            var snapshot = new WorldSnapshot(stream, world, lastEventId);
            var json = WorldSnapshotJson.ToBytes(snapshot);
            if (json.Length > WorldSnapshot.MaxBytes)
            {
                throw new SnapshotTooLargeException(stream, world.Position, json.Length);
            }

            var stored = new StoredSnapshot(stream, new StreamVersion(world.Position.Value - prefix.Value), json) { Since = since };
            var outcome = await store.SaveSnapshotAsync(stored, cancellationToken).ConfigureAwait(false);
            if (outcome == SnapshotOutcome.NewerKept && isFromRows)
            {
                // Rows do not look at the stored snapshot, which may be useless.
                await worlds.LoadAsync(null, cancellationToken).ConfigureAwait(false);
                if (await DiscardUselessAsync(worlds, cancellationToken).ConfigureAwait(false))
                {
                    continue;
                }
            }

            if (outcome != SnapshotOutcome.Rewritten)
            {
                return snapshot;
            }
        }
    }

    // A useless one may claim a later version, and would then block new snapshots forever.
    private async Task<bool> DiscardUselessAsync(WorldReader worlds, CancellationToken cancellationToken)
    {
        var own = worlds.Useless.FindAll(useless => useless.Stream == stream);
        foreach (var useless in own)
        {
            await store.DiscardSnapshotAsync(stream, useless.Version, cancellationToken).ConfigureAwait(false);
        }

        return own.Count > 0;
    }
}
