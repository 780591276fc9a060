namespace Ledger.Worlds;

/// <summary>An end of a relation, with its distance from the centre.</summary>
/// <param name="Id">The id that relations name.</param>
/// <param name="Distance">The number of relations on the shortest path; 0 for the centre.</param>
/// <param name="State">The object; null if relations name one that does not exist.</param>
public sealed record Neighbour(string Id, int Distance, WorldObject? State);
