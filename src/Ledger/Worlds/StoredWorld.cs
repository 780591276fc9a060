using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>A world in one stored form, for comparison.</summary>
/// <param name="Form">The form's name.</param>
/// <param name="Stream">The stream that it is stored for.</param>
/// <param name="Position">The position of the stored world.</param>
/// <param name="World">The world; null if it cannot be read.</param>
/// <param name="LastEventId">The last event folded into it, if the form records that.</param>
/// <param name="Fault">The reason why reads do not use it, or null.</param>
internal sealed record StoredWorld(string Form, StreamName Stream, Position Position, World? World, Guid? LastEventId, string? Fault)
{
    /// <summary>All stored forms of a history's world up to a position, by position.</summary>
    public static async Task<IReadOnlyList<StoredWorld>> FindAsync(
        IEventStore store,
        History history,
        Position? at,
        CancellationToken cancellationToken)
    {
        var stored = new List<StoredWorld>();
        if (await FindSnapshotAsync(store, history, at, cancellationToken).ConfigureAwait(false) is { } snapshot)
        {
            stored.Add(snapshot);
        }

        if (await FindRowsAsync(store, history, at, cancellationToken).ConfigureAwait(false) is { } rows)
        {
            stored.Add(rows);
        }

        return stored;
    }

    /// <summary>Compares with the replayed world at the same position.</summary>
    public ReplayComparison Compare(World replayed, Guid? lastEventId)
    {
        var difference = World is null ? null : WorldDifference.First(World, replayed);
        var fault = Fault ?? (LastEventId is { } last && last != lastEventId ? "the log has another event where it ends." : null);
        return new ReplayComparison(Form, Stream, Position, difference, fault);
    }

    /// <summary>The comparison if the log ends before the position.</summary>
    public ReplayComparison Beyond(Position length) =>
        new(Form, Stream, Position, null, $"the log has {length} events, but it is for position {Position}.");

    private static async Task<StoredWorld?> FindSnapshotAsync(
        IEventStore store,
        History history,
        Position? at,
        CancellationToken cancellationToken)
    {
        var candidates = new SnapshotCandidates(history, at);
        if (store.Get<ISnapshotStore>() is not { } snapshots
            || await snapshots.FindSnapshotAsync(candidates.Rest, cancellationToken).ConfigureAwait(false) is not { } stored)
        {
            return null;
        }

        var position = candidates.Take(stored);
        var (snapshot, _, reason) = WorldSnapshotJson.Read(stored, position);
        return new StoredWorld("snapshot", stored.Stream, position, snapshot?.World, snapshot?.LastEventId, reason);
    }

    private static async Task<StoredWorld?> FindRowsAsync(
        IEventStore store,
        History history,
        Position? at,
        CancellationToken cancellationToken)
    {
        if (store.Get<IWorldReader>() is not { } rows)
        {
            return null;
        }

        var world = await rows.GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false);
        return new StoredWorld("rows", history.Stream, world.Position, world, null, null);
    }
}
