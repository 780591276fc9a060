using System.Text.Json;
using Ledger.Json;
using Ledger.Worlds;

namespace Ledger;

/// <summary>The differences between two worlds, from the first to the second.</summary>
/// <remarks>
/// <para>Immutable. All lists of ids are sorted by code point. Values are compared by <see cref="JsonEquality"/>; the order of
/// objects, the position and the budget flag are ignored. An object whose type and properties both differ is in both lists.</para>
/// <para>Nested objects are compared key by key; arrays as a whole, because moving an item is one change and not one for each index.</para>
/// </remarks>
public sealed class WorldDiff
{
    private readonly Dictionary<string, WorldObject> _oldObjects;
    private readonly Dictionary<string, WorldObject> _newObjects;
    private readonly Dictionary<string, Relation> _oldRelations;
    private readonly Dictionary<string, Relation> _newRelations;

    private WorldDiff(World a, World b)
    {
        OldFaults = a.Faults;
        NewFaults = b.Faults;
        AddedObjects = Missing(b.Objects, o => o.Id, a.FindObject);
        RemovedObjects = Missing(a.Objects, o => o.Id, b.FindObject);
        AddedRelations = Missing(b.Relations, r => r.Id, a.FindRelation);
        RemovedRelations = Missing(a.Relations, r => r.Id, b.FindRelation);

        var objects = Shared(a.Objects, o => o.Id, b.FindObject);
        var relations = Shared(a.Relations, r => r.Id, b.FindRelation);
        PatchedObjects = Sorted(objects.Where(p => !p.A.Data.Equals(p.B.Data)).Select(p => p.A.Id));
        RetypedObjects = Sorted(objects.Where(p => p.A.Type != p.B.Type).Select(p => p.A.Id));
        ChangedRelations = Sorted(relations.Where(p => p.A != p.B).Select(p => p.A.Id));
        ObjectChanges = [.. objects.OrderBy(p => p.A.Id, CodePointComparer.Instance).SelectMany(p => ChangeCollector.Between(p.A, p.B))];
        RelationChanges = [.. relations.OrderBy(p => p.A.Id, CodePointComparer.Instance).SelectMany(p => ChangeCollector.Between(p.A, p.B))];
        _oldObjects = Found([.. RemovedObjects, .. PatchedObjects, .. RetypedObjects], a.FindObject);
        _newObjects = Found([.. AddedObjects, .. PatchedObjects, .. RetypedObjects], b.FindObject);
        _oldRelations = Found([.. RemovedRelations, .. ChangedRelations], a.FindRelation);
        _newRelations = Found([.. AddedRelations, .. ChangedRelations], b.FindRelation);
    }

    /// <summary>The ids of the objects that only the second world has.</summary>
    public IReadOnlyList<string> AddedObjects { get; }

    /// <summary>The ids of the objects that only the first world has.</summary>
    public IReadOnlyList<string> RemovedObjects { get; }

    /// <summary>The ids of the objects whose properties differ.</summary>
    public IReadOnlyList<string> PatchedObjects { get; }

    /// <summary>The ids of the objects whose type differs.</summary>
    public IReadOnlyList<string> RetypedObjects { get; }

    /// <summary>The ids of the relations that only the second world has.</summary>
    public IReadOnlyList<string> AddedRelations { get; }

    /// <summary>The ids of the relations that only the first world has.</summary>
    public IReadOnlyList<string> RemovedRelations { get; }

    /// <summary>The ids of the relations whose type, ends or properties differ.</summary>
    public IReadOnlyList<string> ChangedRelations { get; }

    /// <summary>Every value that differs in objects and relations of both worlds: objects first, sorted by id and path.</summary>
    public IReadOnlyList<ValueChange> Changes => [.. ObjectChanges, .. RelationChanges];

    /// <summary>Every value that differs in objects of both worlds, sorted by id and path.</summary>
    public IReadOnlyList<ValueChange> ObjectChanges { get; }

    /// <summary>Every value that differs in relations of both worlds, sorted by id and path. An object may have the same id.</summary>
    public IReadOnlyList<ValueChange> RelationChanges { get; }

    /// <summary>The events that the first world skips because they cannot be applied; see <see cref="World.Faults"/>.</summary>
    public IReadOnlyList<SkippedEvent> OldFaults { get; }

    /// <summary>The events that the second world skips.</summary>
    public IReadOnlyList<SkippedEvent> NewFaults { get; }

    /// <summary>Whether any of the lists of ids has an entry.</summary>
    public bool HasChanges => AddedObjects.Count + RemovedObjects.Count + PatchedObjects.Count + RetypedObjects.Count
        + AddedRelations.Count + RemovedRelations.Count + ChangedRelations.Count > 0;

    /// <summary>Compares two worlds; swapping the arguments swaps added and removed, old and new.</summary>
    public static WorldDiff Between(World a, World b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return new WorldDiff(a, b);
    }

    /// <summary>A differing object in the first world; null if it is not there, or does not differ.</summary>
    public WorldObject? FindOldObject(string id) => _oldObjects.GetValueOrDefault(id);

    /// <summary>A differing object in the second world; null if it is not there, or does not differ.</summary>
    public WorldObject? FindNewObject(string id) => _newObjects.GetValueOrDefault(id);

    /// <summary>A differing relation in the first world; null if it is not there, or does not differ.</summary>
    public Relation? FindOldRelation(string id) => _oldRelations.GetValueOrDefault(id);

    /// <summary>A differing relation in the second world; null if it is not there, or does not differ.</summary>
    public Relation? FindNewRelation(string id) => _newRelations.GetValueOrDefault(id);

    /// <summary>
    /// Counts the changes on one line, such as <c>+2 objects, -1 objects, ~1 objects patched, +1 relations, -1 relations</c>. Changed
    /// types and relations are listed only if nothing else changed; <c>no changes</c> if nothing did.
    /// </summary>
    public string Summary()
    {
        var parts = Counted(
            ("+", AddedObjects, "objects"),
            ("-", RemovedObjects, "objects"),
            ("~", PatchedObjects, "objects patched"),
            ("+", AddedRelations, "relations"),
            ("-", RemovedRelations, "relations"));
        if (parts.Length == 0)
        {
            parts = Counted(("~", RetypedObjects, "objects retyped"), ("~", ChangedRelations, "relations changed"));
        }

        return parts.Length == 0 ? "no changes" : string.Join(", ", parts);
    }

    /// <summary>
    /// Writes <c>{added_objects, removed_objects, patched_objects, added_relations, removed_relations, changed_relations, summary,
    /// has_changes, changes}</c>; a changed type appears in <c>changes</c> with the path <c>/type</c>.
    /// </summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        WriteIds(writer, "added_objects", AddedObjects);
        WriteIds(writer, "removed_objects", RemovedObjects);
        WriteIds(writer, "patched_objects", PatchedObjects);
        WriteIds(writer, "added_relations", AddedRelations);
        WriteIds(writer, "removed_relations", RemovedRelations);
        WriteIds(writer, "changed_relations", ChangedRelations);
        writer.WriteString("summary", Summary());
        writer.WriteBoolean("has_changes", HasChanges);
        writer.WriteStartArray("changes");
        foreach (var change in Changes)
        {
            change.WriteTo(writer);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The JSON text, compact.</summary>
    public override string ToString() => EventJson.ToText(WriteTo);

    private static string[] Missing<T>(IReadOnlyList<T> items, Func<T, string> idOf, Func<string, T?> find)
        where T : class =>
        Sorted(items.Select(idOf).Where(id => find(id) is null));

    private static List<(T A, T B)> Shared<T>(IReadOnlyList<T> items, Func<T, string> idOf, Func<string, T?> find)
        where T : class =>
        [.. items.Select(item => (A: item, B: find(idOf(item)))).Where(p => p.B is not null && !ReferenceEquals(p.A, p.B)).Select(p => (p.A, p.B!))];

    private static Dictionary<string, T> Found<T>(IEnumerable<string> ids, Func<string, T?> find)
        where T : class =>
        ids.Distinct(StringComparer.Ordinal).ToDictionary(id => id, id => find(id)!, StringComparer.Ordinal);

    private static string[] Sorted(IEnumerable<string> ids) => [.. ids.Order(CodePointComparer.Instance)];

    private static string[] Counted(params ReadOnlySpan<(string Sign, IReadOnlyList<string> Ids, string What)> lists)
    {
        var parts = new List<string>();
        foreach (var (sign, ids, what) in lists)
        {
            if (ids.Count > 0)
            {
                parts.Add($"{sign}{ids.Count} {what}");
            }
        }

        return [.. parts];
    }

    private static void WriteIds(Utf8JsonWriter writer, string name, IReadOnlyList<string> ids)
    {
        writer.WriteStartArray(name);
        foreach (var id in ids)
        {
            writer.WriteStringValue(id);
        }

        writer.WriteEndArray();
    }
}
