namespace Ledger.Worlds;

/// <summary>What a world consists of.</summary>
public enum EntityKind
{
    /// <summary>An object; <c>object</c>.</summary>
    WorldObject,

    /// <summary>A relation; <c>relation</c>.</summary>
    Relation,
}
