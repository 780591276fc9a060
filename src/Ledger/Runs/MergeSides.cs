using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>Reads what a merge compares: of the source what it changed since the common states, and of the other worlds only the same things.</summary>
internal sealed class MergeSides(MergeReader reader, IReadOnlyList<MergeState> bases, MergeState ours, MergeState theirs)
{
    private readonly HashSet<string> _objects = new(StringComparer.Ordinal);
    private readonly HashSet<string> _relations = new(StringComparer.Ordinal);
    private readonly List<Func<EntityKind, string, EntityState?>> _inBases = [];
    private Func<EntityKind, string, EntityState?> _inTheirs = (_, _) => null;

    /// <summary>Compares the worlds; null if the source changed nothing.</summary>
    /// <param name="touched">What the source's events name since the common states.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<WorldMerge?> CompareAsync(EntityQuery touched, CancellationToken cancellationToken)
    {
        // The usual case: the source goes on from the common state, so what it touched is all that can differ.
        await (bases is [var only] && only.IsPrefixOf(theirs)
            ? FindTouchedAsync(only, touched, cancellationToken)
            : FindDifferencesAsync(cancellationToken)).ConfigureAwait(false);
        if (_objects.Count + _relations.Count == 0)
        {
            return null;
        }

        var ends = _relations.Select(id => _inTheirs(EntityKind.Relation, id)).OfType<EntityState>()
            .SelectMany(r => r.EndPaths.Select(r.TextAt)).Where(id => !_objects.Contains(id)).ToHashSet(StringComparer.Ordinal);
        var removed = _objects.Where(id => _inTheirs(EntityKind.WorldObject, id) is null).ToHashSet(StringComparer.Ordinal);
        var inOurs = await FindAsync(ours, new EntityQuery([.. _objects, .. ends], _relations) { Ends = removed }, cancellationToken).ConfigureAwait(false);

        // A decision can take away what both made.
        var made = _objects.Where(IsMadeByBoth).ToHashSet(StringComparer.Ordinal);
        if (made.Count > 0)
        {
            var relations = await FindAsync(ours, new EntityQuery([], []) { Ends = made }, cancellationToken).ConfigureAwait(false);
            inOurs = EntitySet.Of(inOurs.Objects.Values, inOurs.Relations.Values.UnionBy(relations.Relations.Values, r => r.Id));
        }

        // Whatever is not in a difference is in the common worlds as it is in theirs.
        var touching = inOurs.Relations.Keys.Where(id => !_relations.Contains(id)).ToHashSet(StringComparer.Ordinal);
        var absent = ends.Where(id => !inOurs.Objects.ContainsKey(id)).ToHashSet(StringComparer.Ordinal);
        var unchanged = await FindAsync(bases[0], new EntityQuery(absent, touching), cancellationToken).ConfigureAwait(false);
        var lost = unchanged.Objects.Values.Concat(await FindLostAsync(inOurs, unchanged, cancellationToken).ConfigureAwait(false))
            .DistinctBy(o => o.Id).ToDictionary(o => o.Id, StringComparer.Ordinal);

        var items = _objects.Select(id => Item(EntityKind.WorldObject, id, inOurs))
            .Concat(_relations.Select(id => Item(EntityKind.Relation, id, inOurs)))
            .Concat(touching.Select(id => Untouched(id, inOurs, unchanged)));
        return new WorldMerge(items, lost);

        bool IsMadeByBoth(string id) => inOurs.Objects.ContainsKey(id)
            && _inBases[0](EntityKind.WorldObject, id) is null && _inTheirs(EntityKind.WorldObject, id) is not null;
    }

    /// <summary>Finds what ours removed of the objects that relations led to before ours led them elsewhere: a decision can lead them back.</summary>
    private async Task<IEnumerable<WorldObject>> FindLostAsync(
        EntitySet inOurs,
        EntitySet unchanged,
        CancellationToken cancellationToken)
    {
        var left = new HashSet<string>(StringComparer.Ordinal);
        foreach (var relation in unchanged.Relations.Values)
        {
            var ourRelation = inOurs.Relations[relation.Id];
            left.UnionWith([
                .. ourRelation.SourceId == relation.SourceId ? (string[])[] : [relation.SourceId],
                .. ourRelation.TargetId == relation.TargetId ? (string[])[] : [relation.TargetId]]);
        }

        left.RemoveWhere(id => _objects.Contains(id) || inOurs.Objects.ContainsKey(id));
        var there = await FindAsync(ours, new EntityQuery(left, []), cancellationToken).ConfigureAwait(false);
        left.ExceptWith(there.Objects.Keys);
        return (await FindAsync(bases[0], new EntityQuery(left, []), cancellationToken).ConfigureAwait(false)).Objects.Values;
    }

    /// <summary>Finds the events of ours that set what is disputed.</summary>
    public async Task ReadOurSettersAsync(
        EntityQuery disputed,
        Position from,
        EntitySetters setters,
        CancellationToken cancellationToken)
    {
        if (disputed.IsEmpty || from >= ours.At)
        {
            return;
        }

        await foreach (var recorded in reader.ReadChangesAsync(ours.History!, disputed, from, ours.At, cancellationToken).ConfigureAwait(false))
        {
            setters.Take(recorded);
        }
    }

    /// <summary>Forgets the events of a side that removed or changed what was not there.</summary>
    /// <param name="side">Ours or theirs.</param>
    /// <param name="from">Where its part begins.</param>
    /// <param name="setters">The events of the part.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task ForgetUnappliedAsync(MergeState side, Position from, EntitySetters setters, CancellationToken cancellationToken)
    {
        // Where a side goes on from the one common state, what differs was there, or was made since.
        if (bases is [var only] && only.IsPrefixOf(side))
        {
            return;
        }

        var gone = setters.NotMade;
        gone = side == theirs
            ? new EntityQuery(
                [.. gone.Objects.Where(id => _objects.Contains(id) && _inTheirs(EntityKind.WorldObject, id) is null)],
                [.. gone.Relations.Where(id => _relations.Contains(id) && _inTheirs(EntityKind.Relation, id) is null)])
            : gone;
        var before = await FindAsync(side with { At = from }, gone, cancellationToken).ConfigureAwait(false);
        foreach (var id in gone.Objects.Where(id => !before.Objects.ContainsKey(id)))
        {
            setters.Forget(EntityKind.WorldObject, id);
        }

        foreach (var id in gone.Relations.Where(id => !before.Relations.ContainsKey(id)))
        {
            setters.Forget(EntityKind.Relation, id);
        }
    }

    private async Task<EntitySet> FindAsync(MergeState state, EntityQuery query, CancellationToken cancellationToken) => query.IsEmpty
        ? EntitySet.Empty
        : await reader.FindEntitiesAsync(state.History!, query, state.At, cancellationToken).ConfigureAwait(false);

    private async Task FindTouchedAsync(MergeState common, EntityQuery touched, CancellationToken cancellationToken)
    {
        var before = await FindAsync(common, touched, cancellationToken).ConfigureAwait(false);
        var after = await FindAsync(theirs, touched, cancellationToken).ConfigureAwait(false);
        _objects.UnionWith(touched.Objects.Where(id => !Equals(before.Objects.GetValueOrDefault(id), after.Objects.GetValueOrDefault(id))));
        _relations.UnionWith(touched.Relations.Where(id => !Equals(before.Relations.GetValueOrDefault(id), after.Relations.GetValueOrDefault(id))));
        _inBases.Add(before.Find);
        _inTheirs = after.Find;
    }

    private async Task FindDifferencesAsync(CancellationToken cancellationToken)
    {
        var diffs = new List<WorldDiff>();
        foreach (var state in bases)
        {
            var diff = await reader.DiffAsync(state.History!, state.At, theirs.History!, theirs.At, cancellationToken).ConfigureAwait(false);
            diffs.Add(diff);
            _objects.UnionWith([.. diff.AddedObjects, .. diff.RemovedObjects, .. diff.PatchedObjects, .. diff.RetypedObjects]);
            _relations.UnionWith([.. diff.AddedRelations, .. diff.RemovedRelations, .. diff.ChangedRelations]);
        }

        // What is not in a difference is there as it is in theirs.
        _inTheirs = (kind, id) => diffs.Select(d => FindNew(d, kind, id)).FirstOrDefault(s => s is not null);
        _inBases.AddRange(diffs.Select<WorldDiff, Func<EntityKind, string, EntityState?>>(d => (kind, id) =>
            FindOld(d, kind, id) is { } old ? old : FindNew(d, kind, id) is not null ? null : _inTheirs(kind, id)));
    }

    private MergeItem Item(EntityKind kind, string id, EntitySet inOurs) =>
        new(kind, id, [.. _inBases.Select(find => find(kind, id))], inOurs.Find(kind, id), _inTheirs(kind, id), reader.Rules);

    private MergeItem Untouched(string relationId, EntitySet inOurs, EntitySet unchanged)
    {
        var state = unchanged.Find(EntityKind.Relation, relationId);
        return new MergeItem(EntityKind.Relation, relationId, [state], inOurs.Find(EntityKind.Relation, relationId), state, reader.Rules);
    }

    private static EntityState? FindOld(WorldDiff diff, EntityKind kind, string id) =>
        kind == EntityKind.WorldObject ? EntityState.Of(diff.FindOldObject(id)) : EntityState.Of(diff.FindOldRelation(id));

    private static EntityState? FindNew(WorldDiff diff, EntityKind kind, string id) =>
        kind == EntityKind.WorldObject ? EntityState.Of(diff.FindNewObject(id)) : EntityState.Of(diff.FindNewRelation(id));
}
