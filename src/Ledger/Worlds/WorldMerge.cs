using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>Merges what one world changed into another: finds the conflicts, takes decisions, and returns the events that make it so.</summary>
/// <remarks>
/// Ends that are lost are looked for when the other conflicts are decided, because a decision can change where a relation leads, or keep an object. Not safe
/// for concurrent use.
/// </remarks>
internal sealed class WorldMerge
{
    private readonly Dictionary<(EntityKind Kind, string Id), MergeItem> _items;
    private readonly IReadOnlyDictionary<string, WorldObject> _lost;

    /// <summary>Compares both sides.</summary>
    /// <param name="items">What theirs changed, and the relations of ours to objects that theirs removed.</param>
    /// <param name="lost">The objects that theirs has unchanged and ours removed, as far as relations of theirs lead to them.</param>
    public WorldMerge(IEnumerable<MergeItem> items, IReadOnlyDictionary<string, WorldObject> lost)
    {
        _items = items.ToDictionary(i => (i.Kind, i.Id));
        _lost = lost;
    }

    /// <summary>What disagreed before any decision: objects first, sorted by id and place.</summary>
    public IReadOnlyList<MergeConflict> ValueConflicts => [.. InOrder().SelectMany(i => i.Conflicts)];

    /// <summary>The objects and relations whose events in ours a conflict may have to name.</summary>
    public EntityQuery Disputed
    {
        get
        {
            var (objects, relations) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
            foreach (var item in _items.Values)
            {
                if (item.HasConflicts)
                {
                    (item.Kind == EntityKind.WorldObject ? objects : relations).Add(item.Id);
                }

                // A decision can lead the relation back to an end of the other side, which may be lost as well.
                if ((item.TheirsChanged && Ends(item.Theirs).Any(CanBeLost)) || (item.OursChanged && Ends(item.Ours).Any(CanBeLost)))
                {
                    objects.UnionWith(Ends(item.Theirs).Concat(Ends(item.Ours)).Where(CanBeLost));
                    relations.Add(item.Id);
                }
            }

            return new EntityQuery(objects, relations);
        }
    }

    /// <summary>The relations that would lose an end as things stand, sorted by id and place; those with an open conflict are not looked at.</summary>
    public IReadOnlyList<MergeConflict> FindLostEnds()
    {
        var found = new List<MergeConflict>();
        foreach (var item in InOrder().Where(i => i is { Kind: EntityKind.Relation, Result: not null, HasOpenConflicts: false }))
        {
            found.AddRange(item.Result!.EndPaths.Order(CodePointComparer.Instance)
                .Where(path => LoserOf(item, path) is not null)
                .Select(path => item.Whole(MergeConflictReason.LostEnd, path)));
        }

        return found;
    }

    /// <summary>Takes a decision; a lost end must still be lost.</summary>
    public void Decide(MergeConflict conflict, MergeDecision decision)
    {
        var item = _items[(conflict.Kind, conflict.Id)];
        if (conflict.Reason == MergeConflictReason.LostEnd && decision.Choice is MergeChoice.Ours or MergeChoice.Theirs)
        {
            DecideEnd(item, conflict.Path, decision.Choice == MergeChoice.Ours);
        }
        else
        {
            item.Decide(conflict, decision);
        }
    }

    /// <summary>Whether an end that was lost still is: another decision can have kept it, or led the relation elsewhere.</summary>
    public bool IsLost(MergeConflict lostEnd) => LoserOf(_items[(lostEnd.Kind, lostEnd.Id)], lostEnd.Path) is not null;

    /// <summary>The id of the object that a lost end led to.</summary>
    public string EndOf(MergeConflict lostEnd) => _items[(lostEnd.Kind, lostEnd.Id)].Result!.TextAt(lostEnd.Path);

    /// <summary>Whether it is our side that removed the object of a lost end.</summary>
    public bool IsLostByOurs(MergeConflict lostEnd) => LoserOf(_items[(lostEnd.Kind, lostEnd.Id)], lostEnd.Path) is true;

    /// <summary>What the merge changes in our world: objects first, sorted by id.</summary>
    public IEnumerable<MergeItem> Changed => InOrder().Where(i => !EntityState.AreSame(i.Ours, i.Result));

    /// <summary>The events that make our world the merged one: first what is removed, then objects, then relations, each sorted by id.</summary>
    public IReadOnlyList<MergeChange> ToChanges(EntitySetters ours, EntitySetters theirs)
    {
        var changes = new List<MergeChange>();
        foreach (var item in Changed)
        {
            changes.Add(new MergeCauses(item, ours, theirs).Change());
        }

        return [.. changes.OrderBy(c => (c.Change == BlameKind.Removed, c.Kind) switch
        {
            (true, EntityKind.Relation) => 0,
            (true, _) => 1,
            (false, EntityKind.WorldObject) => 2,
            _ => 3,
        })];
    }

    private IOrderedEnumerable<MergeItem> InOrder() => _items.Values.OrderBy(i => i.Kind).ThenBy(i => i.Id, CodePointComparer.Instance);

    private void DecideEnd(MergeItem relation, string path, bool takesOurs)
    {
        var end = relation.Result!.TextAt(path);
        if (LoserOf(relation, path) != takesOurs)
        {
            KeepEnd(end);
            relation.KeepEnd(path);
            return;
        }

        // The side that has no such object decides: its relation leads elsewhere, or is not there, or dangles.
        var (state, hasEnd) = takesOurs ? (relation.Ours, IsInOurs(end)) : (relation.Theirs, IsInTheirs(end));
        if (!hasEnd && state?.TextAt(path) == end)
        {
            relation.LetDangle(path);
        }
        else
        {
            relation.LeadTo(path, state);
        }
    }

    // An object that was decided about stays as decided: then the end is still lost, and the conflict open.
    private void KeepEnd(string end)
    {
        if (!_items.TryGetValue((EntityKind.WorldObject, end), out var item))
        {
            var state = EntityState.Of(_lost[end]);
            _items.Add((EntityKind.WorldObject, end), item = new MergeItem(EntityKind.WorldObject, end, [state], null, state, MergeRules.None));
            item.Keep();
        }
        else if (!item.HasConflicts)
        {
            item.Keep();
        }
    }

    /// <summary>Whether an end that theirs (true) or ours (false) gave the relation, and has, is not there after the merge; null if no end is lost.</summary>
    private bool? LoserOf(MergeItem relation, string path)
    {
        var end = relation.Result?.TextAt(path);
        if (end is null || !IsAbsent(end) || relation.MayDangle(path, end))
        {
            return null;
        }

        // A side that changed nothing gave the relation its end if a decision led it there.
        var isDecided = relation.Decided.Contains(path);
        return (relation.TheirsChanged || isDecided) && relation.Theirs?.TextAt(path) == end && IsInTheirs(end) ? true
            : (relation.OursChanged || isDecided) && relation.Ours?.TextAt(path) == end && IsInOurs(end) ? false : null;
    }

    private bool IsAbsent(string id) => _items.TryGetValue((EntityKind.WorldObject, id), out var item)
        ? item is { Result: null, HasOpenConflicts: false }
        : _lost.ContainsKey(id);

    // Asked only about objects that are absent after the merge: of those that are no items, theirs has the lost ones.
    private bool IsInOurs(string id) => _items.TryGetValue((EntityKind.WorldObject, id), out var item) && item.Ours is not null;

    private bool IsInTheirs(string id) => !_items.TryGetValue((EntityKind.WorldObject, id), out var item) || item.Theirs is not null;

    /// <summary>Whether an object that a side has may be absent after the merge.</summary>
    private bool CanBeLost(string id) => _items.TryGetValue((EntityKind.WorldObject, id), out var item)
        ? item.Ours is null != item.Theirs is null || item.Conflicts.Any(c => c.Path.Length == 0)
        : _lost.ContainsKey(id);

    private static IEnumerable<string> Ends(EntityState? state) => state is null ? [] : state.EndPaths.Select(state.TextAt);
}
