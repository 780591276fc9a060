using System.Runtime.CompilerServices;
using Ledger.Json;
using Ledger.Log;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ledger.Worlds;

/// <summary>Answers questions about worlds on any store by folding histories, from the nearest snapshot if there is one.</summary>
internal sealed class FoldingWorldReader(IEventStore store, ReadStatistics? statistics = null, ILogger? logger = null) : IWorldReader
{
    public async Task<World> GetWorldAsync(History history, Position? at = null, CancellationToken cancellationToken = default)
    {
        var reader = new WorldReader(store, history, statistics, logger ?? NullLogger.Instance);
        var (world, _) = await reader.ReadAsync(at, cancellationToken).ConfigureAwait(false);
        return at is { } wanted && world.Position < wanted
            ? throw new PositionOutOfRangeException(history.Stream, wanted, world.Position)
            : world;
    }

    public async Task<IReadOnlyList<SkippedEvent>> GetFaultsAsync(
        History history,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        (await GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false)).Faults;

    public async Task<PresentObjects> FindPresentAsync(
        History history,
        IReadOnlyCollection<string> ids,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var world = await GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false);
        return new PresentObjects(world.Position, ids.Where(id => world.FindObject(id) is not null).ToHashSet(StringComparer.Ordinal));
    }

    public async Task<bool> IsBudgetExhaustedAsync(History history, Position? at = null, CancellationToken cancellationToken = default) =>
        (await GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false)).BudgetExhausted;

    public async Task<WorldObject?> FindObjectAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        return (await GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false)).FindObject(id);
    }

    public async Task<Relation?> FindRelationAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        return (await GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false)).FindRelation(id);
    }

    public async IAsyncEnumerable<WorldObject> ReadObjectsAsync(
        History history,
        ObjectFilter? filter = null,
        Position? at = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var world = await GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false);
        foreach (var item in world.Objects.OrderBy(o => o.Id, CodePointComparer.Instance))
        {
            if (filter?.Wants(item) != false)
            {
                yield return item;
            }
        }
    }

    public async IAsyncEnumerable<Relation> ReadRelationsAsync(
        History history,
        RelationFilter? filter = null,
        Position? at = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var world = await GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false);
        foreach (var item in world.Relations.OrderBy(r => r.Id, CodePointComparer.Instance))
        {
            if (filter?.Wants(item) != false)
            {
                yield return item;
            }
        }
    }

    public async Task<Neighbourhood> GetNeighbourhoodAsync(
        History history,
        string objectId,
        int depth,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(objectId);
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        return Neighbourhood.Of(await GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false), objectId, depth);
    }

    public IAsyncEnumerable<RecordedEvent> ReadObjectEventsAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        var fold = new BlameFold(id, null);
        return FoldedAsync(history, at, fold.Apply, () => fold.Entries.Select(e => e.Event), cancellationToken);
    }

    public IAsyncEnumerable<RecordedEvent> ReadRelationEventsAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        var fold = new RelationBlameFold(id, null);
        return FoldedAsync(history, at, fold.Apply, () => fold.Entries.Select(e => e.Event), cancellationToken);
    }

    public async Task<WorldDiff> DiffAsync(
        History a,
        Position? atA,
        History b,
        Position? atB,
        CancellationToken cancellationToken = default) =>
        WorldDiff.Between(
            await GetWorldAsync(a, atA, cancellationToken).ConfigureAwait(false),
            await GetWorldAsync(b, atB, cancellationToken).ConfigureAwait(false));

    /// <summary>Folds a history to its end, and returns the result.</summary>
    private async IAsyncEnumerable<RecordedEvent> FoldedAsync(
        History history,
        Position? at,
        Action<RecordedEvent> apply,
        Func<IEnumerable<RecordedEvent>> found,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var length = Position.Start;
        await foreach (var recorded in ReadAsync(history, at, cancellationToken).ConfigureAwait(false))
        {
            apply(recorded);
            length = new Position(length.Value + 1);
        }

        if (at > length)
        {
            throw new PositionOutOfRangeException(history.Stream, at.Value, length);
        }

        foreach (var recorded in found())
        {
            yield return recorded;
        }
    }

    private IAsyncEnumerable<RecordedEvent> ReadAsync(History history, Position? to, CancellationToken cancellationToken)
    {
        var events = store.ReadHistoryAsync(history, to: to, cancellationToken: cancellationToken);
        return statistics is null ? events : statistics.ObserveAsync(events, cancellationToken);
    }
}
