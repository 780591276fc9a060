namespace Ledger.Explorer.Worlds;

/// <summary>An object with what is next to it.</summary>
/// <param name="Item">The object; null where it does not exist.</param>
/// <param name="Relations">The relations that it is an end of, by id; at most <see cref="Most"/>.</param>
/// <param name="HasMore">Whether there are more.</param>
/// <param name="Neighbours">The objects at their other ends; none where there are too many to be drawn.</param>
internal sealed record ObjectSurroundings(
    WorldObject? Item, IReadOnlyList<Relation> Relations, bool HasMore, IReadOnlyList<WorldObject> Neighbours)
{
    /// <summary>How many relations are read at most.</summary>
    public const int Most = 200;

    /// <summary>Up to how many relations the other ends are looked up.</summary>
    public const int MostDrawn = 60;
}
