using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>The surroundings of an object: everything that relations reach, in either direction, within a number of steps.</summary>
/// <param name="Centre">The id of the object at the centre.</param>
/// <param name="Depth">The most steps taken.</param>
/// <param name="Position">The position of the world.</param>
/// <param name="Objects">The ends reached, the centre first, sorted by distance and then by id in code-point order.</param>
/// <param name="Relations">The relations followed, sorted by id; without those between two ends at the full depth.</param>
public sealed record Neighbourhood(
    string Centre,
    int Depth,
    Position Position,
    IReadOnlyList<Neighbour> Objects,
    IReadOnlyList<Relation> Relations)
{
    /// <summary>Walks through a world in memory.</summary>
    internal static Neighbourhood Of(World world, string centre, int depth)
    {
        var distances = new Dictionary<string, int>(StringComparer.Ordinal) { [centre] = 0 };
        var relations = new Dictionary<string, Relation>(StringComparer.Ordinal);
        List<string> frontier = [centre];
        for (var distance = 1; distance <= depth && frontier.Count > 0; distance++)
        {
            List<string> next = [];
            foreach (var relation in frontier.SelectMany(id => world.RelationsOf(id)))
            {
                relations[relation.Id] = relation;
                foreach (var end in new[] { relation.SourceId, relation.TargetId })
                {
                    if (distances.TryAdd(end, distance))
                    {
                        next.Add(end);
                    }
                }
            }

            frontier = next;
        }

        return new Neighbourhood(
            centre,
            depth,
            world.Position,
            [.. distances
                .OrderBy(d => d.Value)
                .ThenBy(d => d.Key, CodePointComparer.Instance)
                .Select(d => new Neighbour(d.Key, d.Value, world.FindObject(d.Key)))],
            [.. relations.Values.OrderBy(r => r.Id, CodePointComparer.Instance)]);
    }
}
