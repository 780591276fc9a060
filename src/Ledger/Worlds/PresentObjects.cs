namespace Ledger.Worlds;

/// <summary>Those of a list of objects that exist in a world.</summary>
/// <param name="Position">The position of the world.</param>
/// <param name="Ids">The ids of the objects that exist.</param>
public sealed record PresentObjects(Position Position, IReadOnlySet<string> Ids);
