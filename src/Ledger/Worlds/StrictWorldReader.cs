using System.Runtime.CompilerServices;
using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>Wraps another reader: returns its answers if every earlier event can be applied, and throws for the first one that cannot.</summary>
internal sealed class StrictWorldReader(IWorldReader inner) : IWorldReader
{
    public async Task<World> GetWorldAsync(History history, Position? at = null, CancellationToken cancellationToken = default) =>
        await inner.GetWorldAsync(history, await CheckAsync(history, at, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);

    public async Task<IReadOnlyList<SkippedEvent>> GetFaultsAsync(
        History history, Position? at = null, CancellationToken cancellationToken = default)
    {
        await CheckAsync(history, at, cancellationToken).ConfigureAwait(false);
        return [];
    }

    public async Task<PresentObjects> FindPresentAsync(
        History history,
        IReadOnlyCollection<string> ids,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        await inner.FindPresentAsync(history, ids, await CheckAsync(history, at, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);

    public async Task<bool> IsBudgetExhaustedAsync(History history, Position? at = null, CancellationToken cancellationToken = default) =>
        await inner.IsBudgetExhaustedAsync(history, await CheckAsync(history, at, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);

    public async Task<WorldObject?> FindObjectAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        await inner.FindObjectAsync(history, id, await CheckAsync(history, at, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);

    public async Task<Relation?> FindRelationAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        await inner.FindRelationAsync(history, id, await CheckAsync(history, at, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);

    public IAsyncEnumerable<WorldObject> ReadObjectsAsync(
        History history,
        ObjectFilter? filter = null,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        CheckedAsync(history, at, position => inner.ReadObjectsAsync(history, filter, position, cancellationToken), cancellationToken);

    public IAsyncEnumerable<Relation> ReadRelationsAsync(
        History history,
        RelationFilter? filter = null,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        CheckedAsync(history, at, position => inner.ReadRelationsAsync(history, filter, position, cancellationToken), cancellationToken);

    public async Task<Neighbourhood> GetNeighbourhoodAsync(
        History history,
        string objectId,
        int depth,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        await inner.GetNeighbourhoodAsync(
            history, objectId, depth, await CheckAsync(history, at, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    public IAsyncEnumerable<RecordedEvent> ReadObjectEventsAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        CheckedAsync(history, at, position => inner.ReadObjectEventsAsync(history, id, position, cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<RecordedEvent>> ReadLastObjectEventsAsync(
        History history,
        string id,
        int most,
        Position? at = null,
        CancellationToken cancellationToken = default) => await inner.ReadLastObjectEventsAsync(
            history, id, most, await CheckAsync(history, at, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    public IAsyncEnumerable<RecordedEvent> ReadRelationEventsAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        CheckedAsync(history, at, position => inner.ReadRelationEventsAsync(history, id, position, cancellationToken), cancellationToken);

    public async Task<WorldDiff> DiffAsync(
        History a,
        Position? atA,
        History b,
        Position? atB,
        CancellationToken cancellationToken = default)
    {
        WorldDiff? diff = null;
        try
        {
            diff = await inner.DiffAsync(a, atA, b, atB, cancellationToken).ConfigureAwait(false);
        }
        catch (PositionOutOfRangeException)
        {
            // A fault before the end of the shorter history comes first.
        }

        if (diff is { OldFaults.Count: 0, NewFaults.Count: 0 })
        {
            return diff;
        }

        var positionA = await CheckAsync(a, atA, cancellationToken).ConfigureAwait(false);
        var positionB = await CheckAsync(b, atB, cancellationToken).ConfigureAwait(false);
        return await inner.DiffAsync(a, positionA, b, positionB, cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<T> CheckedAsync<T>(
        History history,
        Position? at,
        Func<Position, IAsyncEnumerable<T>> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var position = await CheckAsync(history, at, cancellationToken).ConfigureAwait(false);
        await foreach (var item in read(position).ConfigureAwait(false))
        {
            yield return item;
        }
    }

    /// <summary>The position to read at, fixed now so that later appends do not count.</summary>
    /// <exception cref="WorldFaultException">An event before it cannot be applied.</exception>
    /// <exception cref="PositionOutOfRangeException">Every event can be applied, but the history is shorter.</exception>
    private async Task<Position> CheckAsync(History history, Position? at, CancellationToken cancellationToken)
    {
        Position position;
        PositionOutOfRangeException? beyond = null;
        IReadOnlyList<SkippedEvent> faults;
        try
        {
            (position, faults) = await LookAsync(history, at, cancellationToken).ConfigureAwait(false);
        }
        catch (PositionOutOfRangeException exception)
        {
            beyond = exception;
            (position, faults) = await LookAsync(history, exception.Length, cancellationToken).ConfigureAwait(false);
        }

        if (faults is [var first, ..])
        {
            var before = await inner.GetWorldAsync(history, first.Position, cancellationToken).ConfigureAwait(false);
            throw new WorldFaultException(first, before);
        }

        return beyond is null ? position : throw beyond;
    }

    private async Task<(Position Position, IReadOnlyList<SkippedEvent> Faults)> LookAsync(
        History history, Position? at, CancellationToken cancellationToken)
    {
        if (inner is FoldingWorldReader)
        {
            // One fold tells both.
            var world = await inner.GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false);
            return (world.Position, world.Faults);
        }

        var position = at ?? (await inner.FindPresentAsync(history, [], null, cancellationToken).ConfigureAwait(false)).Position;
        return (position, await inner.GetFaultsAsync(history, position, cancellationToken).ConfigureAwait(false));
    }
}
