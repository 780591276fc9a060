using System.Runtime.CompilerServices;
using Ledger.Log;
using Microsoft.Extensions.Logging;

namespace Ledger.Worlds;

/// <summary>Answers what a merge asks: from rows if the store has them and they reach as far, else by folding each world once.</summary>
/// <remarks>For one merge: it keeps the worlds that it has folded. Not safe for concurrent use.</remarks>
internal sealed class MergeReader(IEventStore store, MergeRules rules, ReadStatistics? statistics = null, ILogger? logger = null)
{
    private readonly IMergeReader? _rows = store.Get<IMergeReader>();
    private readonly IWorldReader _worlds = store.Get<IWorldReader>() ?? new FoldingWorldReader(store, statistics, logger);
    private readonly Dictionary<(StreamName Stream, Position At), World> _folded = [];

    /// <summary>What is merged as one value.</summary>
    public MergeRules Rules => rules;

    /// <summary>Compares two worlds; what is the same in both is not read where there are rows.</summary>
    public async Task<WorldDiff> DiffAsync(History a, Position atA, History b, Position atB, CancellationToken cancellationToken) =>
        await RowsOrNone(rows => rows.FindDiffAsync(a, atA, b, atB, cancellationToken)).ConfigureAwait(false)
        ?? WorldDiff.Between(
            await WorldAsync(a, atA, cancellationToken).ConfigureAwait(false),
            await WorldAsync(b, atB, cancellationToken).ConfigureAwait(false));

    /// <summary>Finds some objects and relations of a world.</summary>
    public async Task<EntitySet> FindEntitiesAsync(History history, EntityQuery query, Position at, CancellationToken cancellationToken) =>
        await RowsOrNone(rows => rows.FindEntitiesAsync(history, query, at, cancellationToken)).ConfigureAwait(false)
        ?? Find(await WorldAsync(history, at, cancellationToken).ConfigureAwait(false), query);

    /// <summary>The events from a position to another that made, changed and removed some objects and relations, in order; others may be among them.</summary>
    public async IAsyncEnumerable<RecordedEvent> ReadChangesAsync(
        History history,
        EntityQuery query,
        Position from,
        Position to,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = await RowsOrNone(rows => rows.FindChangesAsync(history, query, from, to, cancellationToken)).ConfigureAwait(false);
        var changes = found?.ToAsyncEnumerable() ?? store.ReadHistoryAsync(history, from, to, cancellationToken);
        await foreach (var recorded in changes.ConfigureAwait(false))
        {
            yield return recorded;
        }
    }

    /// <summary>Finds objects and relations in a world that is at hand.</summary>
    public static EntitySet Find(World world, EntityQuery query) => EntitySet.Of(
        query.Objects.Select(world.FindObject).OfType<WorldObject>(),
        query.Relations.Select(world.FindRelation).Concat(query.Ends.SelectMany(id => world.RelationsOf(id))).OfType<Relation>().DistinctBy(r => r.Id, StringComparer.Ordinal));

    private Task<T?> RowsOrNone<T>(Func<IMergeReader, Task<T?>> ask)
        where T : class => _rows is null ? Task.FromResult<T?>(null) : ask(_rows);

    private async Task<World> WorldAsync(History history, Position at, CancellationToken cancellationToken)
    {
        if (!_folded.TryGetValue((history.Stream, at), out var world))
        {
            world = await _worlds.GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false);
            _folded.Add((history.Stream, at), world);
        }

        return world;
    }
}
