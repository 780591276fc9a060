namespace Ledger.Worlds;

/// <summary>Some objects and relations of a world, which change.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
internal sealed class PartialWorld
{
    private readonly Dictionary<WorldEntity, EntityState> _states = [];
    private readonly Dictionary<string, HashSet<string>> _relationsByEnd = new(StringComparer.Ordinal);

    public PartialWorld(EntitySet found)
    {
        foreach (var item in found.Objects.Values)
        {
            this[new WorldEntity(EntityKind.WorldObject, item.Id)] = EntityState.Of(item);
        }

        foreach (var item in found.Relations.Values)
        {
            this[new WorldEntity(EntityKind.Relation, item.Id)] = EntityState.Of(item);
        }
    }

    /// <summary>The state of an object or relation; null if it does not exist.</summary>
    public EntityState? this[WorldEntity entity]
    {
        get => _states.GetValueOrDefault(entity);
        set
        {
            if (value is null)
            {
                _states.Remove(entity);
                return;
            }

            _states[entity] = value;
            foreach (var end in value.EndPaths.Select(value.TextAt))
            {
                if (!_relationsByEnd.TryGetValue(end, out var relations))
                {
                    _relationsByEnd.Add(end, relations = new HashSet<string>(StringComparer.Ordinal));
                }

                relations.Add(entity.Id);
            }
        }
    }

    /// <summary>The relations that lead to or start from an object.</summary>
    public IEnumerable<WorldEntity> RelationsOf(string objectId) => _relationsByEnd.GetValueOrDefault(objectId, [])
        .Select(id => new WorldEntity(EntityKind.Relation, id))
        .Where(r => this[r] is { } state && state.EndPaths.Any(path => state.TextAt(path) == objectId));
}
