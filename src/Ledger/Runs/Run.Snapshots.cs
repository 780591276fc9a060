using Ledger.Log;
using Ledger.Worlds;

namespace Ledger;

public sealed partial class Run
{
    /// <summary>Saves the world at the end of the history, so that later reads fold only newer events.</summary>
    /// <remarks>
    /// Only the newest snapshot of a run or branch is stored: a later one is not overwritten. Events that cannot be applied are skipped, also by a strict
    /// handle, and stored with the world: strict reads still throw.
    /// </remarks>
    /// <returns>The snapshot.</returns>
    /// <exception cref="NotSupportedException">The store has no <see cref="ISnapshotStore"/>.</exception>
    /// <exception cref="SnapshotTooLargeException">The world has more than <see cref="WorldSnapshot.MaxBytes"/>; nothing was saved.</exception>
    public async Task<WorldSnapshot> SaveSnapshotAsync(CancellationToken cancellationToken = default)
    {
        CheckTakesMore();
        var store = _ledger.Store.Get<ISnapshotStore>()
            ?? throw new NotSupportedException($"The store {_ledger.Store.GetType()} keeps no snapshots.");
        return await new SnapshotSave(store, Worlds, StreamName, History.PrefixLength, Rows is null ? null : ReadRowsAsync).RunAsync(null, cancellationToken)
            .ConfigureAwait(false);
    }

    // The cost is that of the world, however long the history is. These are two reads: the stream may be deleted between them.
    private async Task<(World World, Guid? LastEventId)?> ReadRowsAsync(CancellationToken cancellationToken)
    {
        var world = await WithFaults(WorldFaults.Skip).GetWorldAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        if (world.Position == Position.Start)
        {
            return (world, null);
        }

        var last = new Position(world.Position.Value - 1);
        await foreach (var recorded in ReadAsync(last, world.Position, cancellationToken).ConfigureAwait(false))
        {
            return (world, recorded.Id);
        }

        return null;
    }

    /// <summary>Finds the snapshot that a read of the world would start from: the own one, else the nearest of an ancestor within the prefix.</summary>
    /// <returns>The snapshot, checked against the log, or null when none can be used.</returns>
    public Task<WorldSnapshot?> LoadSnapshotAsync(CancellationToken cancellationToken = default) =>
        Worlds().LoadAsync(null, cancellationToken);

    private WorldReader Worlds() => new(_ledger.Store, History, _statistics, _ledger.Logger);

    /// <summary>The length after an append, after which a snapshot may be due.</summary>
    private async ValueTask<Position> EndOfAsync(AppendResult result, NewEvent[] events, CancellationToken cancellationToken)
    {
        if (_ledger.AppendsStay)
        {
            _calls.Note(events, result, _ledger.TimeProvider.GetUtcNow());
        }

        var length = History.LengthAt(result.Version);
        if (result.Outcome == AppendOutcome.Written)
        {
            await SaveDueSnapshotAsync(length, events.Length, cancellationToken).ConfigureAwait(false);
        }

        return length;
    }

    /// <summary>Takes a snapshot if the last events of the history have made one due.</summary>
    private async ValueTask SaveDueSnapshotAsync(Position length, int appended, CancellationToken cancellationToken)
    {
        if (_ledger.Options.SnapshotEvery is not { } every || length.Value / every == (length.Value - appended) / every)
        {
            return;
        }

        if (_ledger.Store.Get<IUnsavedLog>() is { } unsaved)
        {
            // The world of events that may never be saved is not stored.
            unsaved.DoAfterSave(StreamName, token => SaveOrLogAsync(length, token));
            return;
        }

        await SaveOrLogAsync(length, cancellationToken).ConfigureAwait(false);
    }

    private async Task SaveOrLogAsync(Position length, CancellationToken cancellationToken)
    {
#pragma warning disable CA1031 // The append is done, and must not appear to fail because of a cache.
        try
        {
            await SaveSnapshotAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogMessages.SnapshotNotTaken(_ledger.Logger, e, StreamName.Value, length.Value);
        }
#pragma warning restore CA1031
    }
}
