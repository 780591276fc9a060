using Ledger.Json;

namespace Ledger.Explorer.Worlds;

/// <summary>The part of a world that a page reads: all of a small world, or the first objects and relations by id of a large one.</summary>
/// <param name="Objects">The objects, by id; at most <see cref="Most"/>.</param>
/// <param name="HasMoreObjects">Whether there are more.</param>
/// <param name="Relations">The relations, by id; at most <see cref="Most"/>.</param>
/// <param name="HasMoreRelations">Whether there are more.</param>
/// <param name="BudgetExhausted">Whether a limit of the run was reached.</param>
internal sealed record WorldExtract(
    IReadOnlyList<WorldObject> Objects,
    bool HasMoreObjects,
    IReadOnlyList<Relation> Relations,
    bool HasMoreRelations,
    bool BudgetExhausted)
{
    /// <summary>The most objects, and the most relations, that are read.</summary>
    public const int Most = 2_000;

    /// <summary>Whether it is the whole world.</summary>
    public bool IsWhole => !HasMoreObjects && !HasMoreRelations;

    public static WorldExtract Of(World world) => new(
        [.. world.Objects.OrderBy(o => o.Id, CodePointComparer.Instance).Take(Most)],
        world.Objects.Count > Most,
        [.. world.Relations.OrderBy(r => r.Id, CodePointComparer.Instance).Take(Most)],
        world.Relations.Count > Most,
        world.BudgetExhausted);
}
