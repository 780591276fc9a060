namespace Ledger.Explorer.Worlds;

/// <summary>An object with its neighbours.</summary>
/// <param name="Item">The object; null if it does not exist.</param>
/// <param name="Relations">The relations from and to it, sorted by id; at most <see cref="Most"/>.</param>
/// <param name="HasMore">Whether there are more.</param>
/// <param name="Neighbours">The objects at their other ends; empty if there are too many to draw.</param>
internal sealed record ObjectSurroundings(
    WorldObject? Item, IReadOnlyList<Relation> Relations, bool HasMore, IReadOnlyList<WorldObject> Neighbours)
{
    /// <summary>The most relations that are read.</summary>
    public const int Most = 200;

    /// <summary>The most relations for which the other ends are looked up.</summary>
    public const int MostDrawn = 60;
}
