using System.Diagnostics;
using Ledger.Log;
using Microsoft.Extensions.Logging;

namespace Ledger.Worlds;

/// <summary>One read of a history's world: the nearest snapshot that passes the checks, and the events after it.</summary>
/// <remarks>
/// The last event folded into a snapshot is read again and must have the id that the snapshot names: this shows whether the
/// log is still the one that the snapshot was taken from, in the same query that reads the tail.
/// </remarks>
internal sealed class WorldReader(IEventStore store, History history, ReadStatistics? statistics, ILogger logger)
{
    // Each try costs a query; more bad snapshots in one lineage are no accident, so the log is folded instead.
    private const int MaxTries = 5;

    /// <summary>The snapshots found that no version of this program can use.</summary>
    public List<StoredSnapshot> Useless { get; } = [];

    /// <summary>Folds up to a position, or to the end if that comes before it.</summary>
    public async Task<(World World, Guid? LastEventId)> ReadAsync(Position? at, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            await foreach (var (stored, snapshot) in FindAsync(at, cancellationToken).ConfigureAwait(false))
            {
                statistics?.Start(stored, snapshot.Position);
                if (await TryFoldAsync(snapshot, at, cancellationToken).ConfigureAwait(false) is { } read)
                {
                    return read;
                }

                Refuse(stored, SnapshotFault.Stale, "the log has another event where it ends, or none.");
            }

            statistics?.Start(null, Position.Start);
            return await FoldAsync(new WorldFold(), Position.Start, at, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            statistics?.Add(Stopwatch.GetElapsedTime(start));
        }
    }

    /// <summary>Finds the snapshot that a read would start from, or null.</summary>
    public async Task<WorldSnapshot?> LoadAsync(Position? at, CancellationToken cancellationToken)
    {
        await foreach (var (stored, snapshot) in FindAsync(at, cancellationToken).ConfigureAwait(false))
        {
            if (await TryFoldAsync(snapshot, snapshot.Position, cancellationToken).ConfigureAwait(false) is not null)
            {
                return snapshot;
            }

            Refuse(stored, SnapshotFault.Stale, "the log has another event where it ends, or none.");
        }

        return null;
    }

    private async IAsyncEnumerable<(StoredSnapshot Stored, WorldSnapshot Snapshot)> FindAsync(
        Position? at,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (store.Get<ISnapshotStore>() is not { } snapshots)
        {
            yield break;
        }

        var candidates = new SnapshotCandidates(history, at);
        for (var tries = 0; tries < MaxTries && candidates.Rest is [_, ..] rest; tries++)
        {
            if (await snapshots.FindSnapshotAsync(rest, cancellationToken).ConfigureAwait(false) is not { } stored)
            {
                yield break;
            }

            statistics?.CountBytes(stored.Json.Length);
            var reading = WorldSnapshotJson.Read(stored, candidates.Take(stored));
            if (reading.Fault == SnapshotFault.None)
            {
                yield return (stored, reading.Snapshot!);
            }
            else
            {
                Refuse(stored, reading.Fault, reading.Reason!);
            }
        }
    }

    private void Refuse(StoredSnapshot stored, SnapshotFault fault, string reason)
    {
        LogMessages.SnapshotIgnored(logger, stored.Stream.Value, stored.Version.Value, reason);
        if (fault != SnapshotFault.OtherFormat)
        {
            Useless.Add(stored);
        }
    }

    private async Task<(World World, Guid? LastEventId)?> TryFoldAsync(WorldSnapshot snapshot, Position? at, CancellationToken cancellationToken)
    {
        if (snapshot.LastEventId is not { } last)
        {
            return await FoldAsync(new WorldFold(snapshot.World), Position.Start, at, cancellationToken).ConfigureAwait(false);
        }

        var from = new Position(snapshot.Position.Value - 1);
        var events = store.ReadHistoryAsync(history, from, at, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var _ = events.ConfigureAwait(false);
        if (!await events.MoveNextAsync().ConfigureAwait(false) || events.Current.Id != last)
        {
            return null;
        }

        StreamName segment = default;
        statistics?.Count(events.Current, ref segment);
        return await FoldAsync(new WorldFold(snapshot.World), events, last, segment).ConfigureAwait(false);
    }

    private async Task<(World World, Guid? LastEventId)> FoldAsync(WorldFold fold, Position from, Position? at, CancellationToken cancellationToken)
    {
        var events = store.ReadHistoryAsync(history, from, at, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var _ = events.ConfigureAwait(false);
        return await FoldAsync(fold, events, null, default).ConfigureAwait(false);
    }

    private async Task<(World World, Guid? LastEventId)> FoldAsync(
        WorldFold fold,
        IAsyncEnumerator<RecordedEvent> events,
        Guid? last,
        StreamName segment)
    {
        var before = fold.Position.Value;
        try
        {
            while (await events.MoveNextAsync().ConfigureAwait(false))
            {
                statistics?.Count(events.Current, ref segment);
                fold.Apply(events.Current);
                last = events.Current.Id;
            }
        }
        finally
        {
            statistics?.CountFolded(fold.Position.Value - before);
        }

        return (fold.ToWorld(), last);
    }
}
