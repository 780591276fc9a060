namespace Ledger.Worlds;

/// <summary>An object or relation by its id.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Id">The id.</param>
internal readonly record struct WorldEntity(EntityKind Kind, string Id)
{
    /// <summary>What an event changes; null of one that changes neither, or does not say what.</summary>
    public static WorldEntity? Of(RecordedEvent recorded) => KindOf(recorded.Type) is { } kind && new WorldEventJson(recorded.Json).Id.Text is { } id
        ? new WorldEntity(kind, id)
        : null;

    /// <summary>What the events of a name change; null for neither.</summary>
    public static EntityKind? KindOf(string type) => type switch
    {
        "object.created" or "object.patched" or "object.removed" => EntityKind.WorldObject,
        "relation.created" or "relation.removed" => EntityKind.Relation,
        _ => null,
    };
}
