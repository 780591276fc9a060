using Ledger.Events;
using Ledger.Snapshots;
using Ledger.Streams;
using Ledger.Worlds;

namespace Ledger.Runs;

public sealed partial class Run
{
    private readonly ReadStatistics? _statistics;

    /// <summary>The same run or branch by a handle whose reads are counted.</summary>
    /// <param name="statistics">What the counts are added to; several handles may share it.</param>
    public Run WithStatistics(ReadStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        return new Run(_ledger, History, statistics);
    }

    /// <summary>Folds the history to the world that it describes, from the nearest snapshot on where there is one.</summary>
    /// <remarks>
    /// A branch starts from its own snapshot, else from that of the nearest ancestor that was taken within the shared prefix. A
    /// snapshot that is damaged, out of date, of another format or of another run is logged and not used: the world is the same with
    /// and without snapshots, by value. A store that keeps worlds as rows answers from them, except to a handle that counts its reads.
    /// </remarks>
    /// <param name="at">How many events to fold, or null for all of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="PositionOutOfRangeException">The history is shorter than <paramref name="at"/>.</exception>
    /// <exception cref="WorldFaultException">An event before <paramref name="at"/> cannot be applied; the world before it can be asked for.</exception>
    public async Task<World> GetWorldAsync(Position? at = null, CancellationToken cancellationToken = default)
    {
        if (_statistics is null && _ledger.Store is IWorldReader { KeepsRows: true } rows)
        {
            return await rows.GetWorldAsync(History, at, cancellationToken).ConfigureAwait(false);
        }

        var (world, _) = await Worlds().ReadAsync(at, cancellationToken).ConfigureAwait(false);
        return at is { } wanted && world.Position < wanted
            ? throw new PositionOutOfRangeException(StreamName, wanted, world.Position)
            : world;
    }

    /// <summary>Keeps the world at the end of the history, so that later reads fold only what comes behind it.</summary>
    /// <remarks>One is kept for each run and branch, the newest: where a later one is kept already, that stays.</remarks>
    /// <returns>The snapshot.</returns>
    /// <exception cref="WorldFaultException">An event cannot be applied: there is no world at the end.</exception>
    /// <exception cref="NotSupportedException">The store keeps no snapshots: it is no <see cref="ISnapshotStore"/>.</exception>
    public async Task<WorldSnapshot> SaveSnapshotAsync(CancellationToken cancellationToken = default)
    {
        var store = _ledger.Store as ISnapshotStore
            ?? throw new NotSupportedException($"The store {_ledger.Store.GetType()} keeps no snapshots.");
        var worlds = Worlds();
        var (world, lastEventId) = await worlds.ReadAsync(null, cancellationToken).ConfigureAwait(false);
        var snapshot = new WorldSnapshot(StreamName, world, lastEventId);
        foreach (var useless in worlds.Useless.Where(u => u.Stream == StreamName))
        {
            // It may claim a later version, and would then stand in the way for ever.
            await store.DiscardSnapshotAsync(StreamName, useless.Version, cancellationToken).ConfigureAwait(false);
        }

        var version = new StreamVersion(world.Position.Value - History.PrefixLength.Value);
        var stored = new StoredSnapshot(StreamName, version, WorldSnapshotJson.ToBytes(snapshot));
        await store.SaveSnapshotAsync(stored, cancellationToken).ConfigureAwait(false);
        return snapshot;
    }

    /// <summary>Finds the snapshot that a read of the world would start from: the own one, else the nearest of an ancestor within the prefix.</summary>
    /// <returns>The snapshot, checked against the log, or null when none can be used.</returns>
    public Task<WorldSnapshot?> LoadSnapshotAsync(CancellationToken cancellationToken = default) =>
        Worlds().LoadAsync(null, cancellationToken);

    private WorldReader Worlds() => new(_ledger.Store, History, _statistics, _ledger.Logger);

    internal IAsyncEnumerable<RecordedEvent> Observed(IAsyncEnumerable<RecordedEvent> events, CancellationToken cancellationToken) =>
        _statistics is null ? events : _statistics.ObserveAsync(events, cancellationToken);

    /// <summary>The length behind an append, after which a snapshot may be due.</summary>
    private async Task<Position> EndOfAsync(AppendResult result, int count, CancellationToken cancellationToken)
    {
        var length = History.LengthAt(result.Version);
        if (_ledger.Options.SnapshotEvery is not { } every
            || result.Outcome != AppendOutcome.Written
            || length.Value / every == (length.Value - count) / every)
        {
            return length;
        }

#pragma warning disable CA1031 // The append is done, and must not look failed because of what is only a cache.
        try
        {
            await SaveSnapshotAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.SnapshotNotTaken(_ledger.Logger, e, StreamName.Value, length.Value);
        }
#pragma warning restore CA1031

        return length;
    }
}
