namespace Ledger.Worlds;

/// <summary>An end of a relation, and how many relations away from the centre it is.</summary>
/// <param name="Id">The id that the relations name.</param>
/// <param name="Distance">The number of relations on the shortest way; 0 for the centre.</param>
/// <param name="State">The object as it is there; null where the relations name one that is not there.</param>
public sealed record Neighbour(string Id, int Distance, WorldObject? State);
