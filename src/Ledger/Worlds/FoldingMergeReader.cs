using Ledger.Log;
using Microsoft.Extensions.Logging;

namespace Ledger.Worlds;

/// <summary>Answers what a merge asks on any store by folding each world once.</summary>
/// <remarks>For one merge: it keeps the worlds that it has folded. Not safe for concurrent use.</remarks>
internal sealed class FoldingMergeReader(IEventStore store, ReadStatistics? statistics = null, ILogger? logger = null) : IMergeReader
{
    private readonly FoldingWorldReader _reader = new(store, statistics, logger);
    private readonly Dictionary<(StreamName Stream, Position At), World> _worlds = [];

    public async Task<WorldDiff> DiffAsync(History a, Position? atA, History b, Position? atB, CancellationToken cancellationToken) =>
        WorldDiff.Between(
            await WorldAsync(a, atA!.Value, cancellationToken).ConfigureAwait(false),
            await WorldAsync(b, atB!.Value, cancellationToken).ConfigureAwait(false));

    public async Task<EntitySet> FindEntitiesAsync(History history, EntityQuery query, Position at, CancellationToken cancellationToken) =>
        Find(await WorldAsync(history, at, cancellationToken).ConfigureAwait(false), query);

    public IAsyncEnumerable<RecordedEvent> ReadChangesAsync(
        History history,
        EntityQuery query,
        Position from,
        Position to,
        CancellationToken cancellationToken) => store.ReadHistoryAsync(history, from, to, cancellationToken);

    /// <summary>Finds objects and relations in a world that is at hand.</summary>
    public static EntitySet Find(World world, EntityQuery query) => EntitySet.Of(
        query.Objects.Select(world.FindObject).OfType<WorldObject>(),
        query.Relations.Select(world.FindRelation).Concat(query.Ends.SelectMany(id => world.RelationsOf(id))).OfType<Relation>().DistinctBy(r => r.Id, StringComparer.Ordinal));

    private async Task<World> WorldAsync(History history, Position at, CancellationToken cancellationToken)
    {
        if (!_worlds.TryGetValue((history.Stream, at), out var world))
        {
            world = await _reader.GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false);
            _worlds.Add((history.Stream, at), world);
        }

        return world;
    }
}
