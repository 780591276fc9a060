using System.Text.Json;

namespace Ledger.Worlds;

/// <summary>Which event of a part of a history set each value of objects and relations last.</summary>
/// <remarks>Takes events in order. It holds no data of theirs, so its size is that of what changed. Not safe for concurrent use.</remarks>
internal sealed class EntitySetters
{
    private readonly Dictionary<(EntityKind Kind, string Id), Entry> _entries = [];

    /// <summary>The last merge of the part, or null: it may have left a value as it was, which no other event says.</summary>
    public EntitySetter? LastMerge { get; init; }

    /// <summary>Whether nothing exists before the part.</summary>
    public bool StartsEmpty { get; init; }

    /// <summary>The objects and relations that the events name.</summary>
    public EntityQuery Touched => QueryOf(_entries.Keys);

    /// <summary>Those of them that no event of the part made: whether the events changed something depends on what was there before.</summary>
    public EntityQuery NotMade => QueryOf(_entries.Where(e => !e.Value.IsMade).Select(e => e.Key));

    /// <summary>Forgets the events about an object or relation that was not there before the part and that none of them made: they changed nothing.</summary>
    public void Forget(EntityKind kind, string id) => _entries.Remove((kind, id));

    /// <summary>Takes the next event; one that no world can apply sets nothing.</summary>
    public void Take(RecordedEvent recorded)
    {
        switch (recorded.Type)
        {
            case "object.created":
                Whole(recorded, EntityKind.WorldObject, removes: false);
                break;
            case "object.removed":
                Whole(recorded, EntityKind.WorldObject, removes: true);
                break;
            case "relation.created":
                Whole(recorded, EntityKind.Relation, removes: false);
                break;
            case "relation.removed":
                Whole(recorded, EntityKind.Relation, removes: true);
                break;
            case "object.patched":
                Patch(recorded);
                break;
        }
    }

    /// <summary>The event that set the value at a place, or took it away; an empty place stands for the whole, and one in a property for the property.</summary>
    public EntitySetter? Find(EntityKind kind, string id, string path) => !_entries.TryGetValue((kind, id), out var entry)
        ? LastMerge
        : path.Length == 0 ? entry.Last : entry.Patches?.GetValueOrDefault(EntityState.TopOf(path)) ?? entry.Whole ?? LastMerge;

    private void Whole(RecordedEvent recorded, EntityKind kind, bool removes)
    {
        var json = new WorldEventJson(recorded.Json);
        var refusal = removes ? WorldEventRules.CheckId(json)
            : kind == EntityKind.WorldObject ? WorldEventRules.CheckObject(json) : WorldEventRules.CheckRelation(json);
        if (refusal is not null)
        {
            return;
        }

        var before = _entries.GetValueOrDefault((kind, json.Id.Text!));
        if (!removes || (before is null ? !StartsEmpty : !before.IsRemoved))
        {
            var setter = EntitySetter.Of(recorded);
            _entries[(kind, json.Id.Text!)] = new Entry { Whole = setter, Last = setter, IsRemoved = removes, IsMade = !removes || before is { IsMade: true } };
        }
    }

    private void Patch(RecordedEvent recorded)
    {
        var json = new WorldEventJson(recorded.Json);
        if (WorldEventRules.CheckId(json) is not null || json.Patch.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (!_entries.TryGetValue((EntityKind.WorldObject, json.Id.Text!), out var entry))
        {
            if (StartsEmpty)
            {
                return;
            }

            _entries.Add((EntityKind.WorldObject, json.Id.Text!), entry = new Entry());
        }

        if (entry.IsRemoved)
        {
            return;
        }

        entry.Last = EntitySetter.Of(recorded);
        entry.Patches ??= new Dictionary<string, EntitySetter>(StringComparer.Ordinal);
        foreach (var member in json.Patch.EnumerateObject())
        {
            entry.Patches[EntityState.PathOf(member.Name)] = entry.Last;
        }
    }

    private static EntityQuery QueryOf(IEnumerable<(EntityKind Kind, string Id)> keys)
    {
        var ids = keys.ToLookup(k => k.Kind, k => k.Id);
        return new EntityQuery([.. ids[EntityKind.WorldObject]], [.. ids[EntityKind.Relation]]);
    }

    private sealed class Entry
    {
        public bool IsMade { get; init; }

        public EntitySetter? Whole { get; init; }

        public EntitySetter? Last { get; set; }

        public bool IsRemoved { get; init; }

        public Dictionary<string, EntitySetter>? Patches { get; set; }
    }
}
