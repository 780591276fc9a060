using System.Text.Json;

namespace Ledger.Worlds;

/// <summary>A mutable object during a fold: its properties are copied on the first change after it was handed out, then set in place.</summary>
internal sealed class ObjectState(WorldObject start)
{
    private readonly string _id = start.Id;
    private readonly string _type = start.Type;
    private OrderedDictionary<string, JsonElement> _members = start.Data.Members;
    private WorldObject? _given = start;

    public void Patch(JsonElement patch)
    {
        if (patch.GetPropertyCount() == 0)
        {
            return;
        }

        if (_given is not null)
        {
            _members = new OrderedDictionary<string, JsonElement>(_members, StringComparer.Ordinal);
            _given = null;
        }

        foreach (var member in patch.EnumerateObject())
        {
            _members[member.Name] = member.Value;
        }
    }

    public WorldObject ToObject() => _given ??= new WorldObject(_id, _type, new Properties(_members));
}
