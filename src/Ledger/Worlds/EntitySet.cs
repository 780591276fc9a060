namespace Ledger.Worlds;

/// <summary>The objects and relations that were found, by id.</summary>
internal sealed record EntitySet(IReadOnlyDictionary<string, WorldObject> Objects, IReadOnlyDictionary<string, Relation> Relations)
{
    public static EntitySet Empty { get; } = Of([], []);

    public static EntitySet Of(IEnumerable<WorldObject> objects, IEnumerable<Relation> relations) => new(
        objects.ToDictionary(o => o.Id, StringComparer.Ordinal), relations.ToDictionary(r => r.Id, StringComparer.Ordinal));

    public EntityState? Find(EntityKind kind, string id) => kind == EntityKind.WorldObject
        ? EntityState.Of(Objects.GetValueOrDefault(id))
        : EntityState.Of(Relations.GetValueOrDefault(id));
}
