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

                foreach (var end in Ends(item.Theirs).Where(e => item.TheirsChanged && LacksOurs(e))
                    .Concat(Ends(item.Ours).Where(e => item.OursChanged && LacksTheirs(e))))
                {
                    objects.Add(end);
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

    public void Decide(MergeConflict conflict, MergeDecision decision)
    {
        var item = _items[(conflict.Kind, conflict.Id)];
        if (conflict.Reason == MergeConflictReason.LostEnd && LoserOf(item, conflict.Path) is { } isOurs)
        {
            var end = item.Result!.TextAt(conflict.Path);
            if (decision.Choice == (isOurs ? MergeChoice.Theirs : MergeChoice.Ours))
            {
                KeepEnd(end);
            }
        }

        item.Decide(conflict, decision);
    }

    /// <summary>The id of the object that a lost end led to.</summary>
    public string EndOf(MergeConflict lostEnd) => _items[(lostEnd.Kind, lostEnd.Id)].Result!.TextAt(lostEnd.Path);

    /// <summary>Whether it is our side that removed the object of a lost end.</summary>
    public bool IsLostByOurs(MergeConflict lostEnd) => LoserOf(_items[(lostEnd.Kind, lostEnd.Id)], lostEnd.Path) is true;

    /// <summary>The events that make our world the merged one: first what is removed, then objects, then relations, each sorted by id.</summary>
    public IReadOnlyList<MergeChange> ToChanges(EntitySetters ours, EntitySetters theirs)
    {
        var changes = new List<MergeChange>();
        foreach (var item in InOrder().Where(i => !EntityState.AreSame(i.Ours, i.Result)))
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

    // An object that was decided about stays as decided.
    private void KeepEnd(string end)
    {
        if (!_items.TryGetValue((EntityKind.WorldObject, end), out var item))
        {
            var state = EntityState.Of(_lost[end]);
            _items.Add((EntityKind.WorldObject, end), item = new MergeItem(EntityKind.WorldObject, end, [state], null, state));
            item.Keep();
        }
        else if (!item.HasConflicts)
        {
            item.Keep();
        }
    }

    /// <summary>Whether ours (true) or theirs (false) removed the object at an end that the other side gave the relation; null if it is there, or never was.</summary>
    private bool? LoserOf(MergeItem relation, string path)
    {
        var end = relation.Result?.TextAt(path);
        if (end is null || (_items.TryGetValue((EntityKind.WorldObject, end), out var item) && (item.HasOpenConflicts || item.Result is not null)))
        {
            return null;
        }

        return relation.TheirsChanged && relation.Theirs?.TextAt(path) == end && LacksOurs(end) ? true
            : relation.OursChanged && relation.Ours?.TextAt(path) == end && LacksTheirs(end) ? false : null;
    }

    private bool LacksOurs(string id) => _items.TryGetValue((EntityKind.WorldObject, id), out var item)
        ? item is { Ours: null, Theirs: not null, Base: not null }
        : _lost.ContainsKey(id);

    private bool LacksTheirs(string id) =>
        _items.TryGetValue((EntityKind.WorldObject, id), out var item) && item is { Ours: not null, Theirs: null, Base: not null };

    private static IEnumerable<string> Ends(EntityState? state) => state is null ? [] : state.EndPaths.Select(state.TextAt);
}
