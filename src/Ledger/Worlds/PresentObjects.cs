namespace Ledger.Worlds;

/// <summary>Which of some objects a world has.</summary>
/// <param name="Position">The position of the world.</param>
/// <param name="Ids">The ids of those that it has.</param>
public sealed record PresentObjects(Position Position, IReadOnlySet<string> Ids);
