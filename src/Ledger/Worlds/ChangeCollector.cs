using System.Text.Json;
using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>Collects the values that differ between two objects or relations with the same id.</summary>
internal static class ChangeCollector
{
    public static List<ValueChange> Between(WorldObject a, WorldObject b)
    {
        var changes = new List<ValueChange>();
        AddText(changes, a.Id, "/type", a.Type, b.Type);
        AddMembers(changes, a.Id, "/data", a.Data.Members, b.Data.Members);
        return changes;
    }

    public static List<ValueChange> Between(Relation a, Relation b)
    {
        var changes = new List<ValueChange>();
        AddText(changes, a.Id, "/type", a.Type, b.Type);
        AddText(changes, a.Id, "/source_id", a.SourceId, b.SourceId);
        AddText(changes, a.Id, "/target_id", a.TargetId, b.TargetId);
        AddMembers(changes, a.Id, "/data", a.Data.Members, b.Data.Members);
        return changes;
    }

    private static void AddText(List<ValueChange> changes, string id, string path, string a, string b)
    {
        if (a != b)
        {
            changes.Add(new ValueChange(id, path, JsonText.ToElement(a), JsonText.ToElement(b)));
        }
    }

    private static void AddMembers(
        List<ValueChange> changes,
        string id,
        string path,
        OrderedDictionary<string, JsonElement> a,
        OrderedDictionary<string, JsonElement> b)
    {
        if (ReferenceEquals(a, b))
        {
            return;
        }

        foreach (var key in a.Keys.Union(b.Keys, StringComparer.Ordinal).Order(CodePointComparer.Instance))
        {
            var old = a.GetValueOrDefault(key);
            var @new = b.GetValueOrDefault(key);
            if (JsonEquality.Instance.Equals(old, @new))
            {
                continue;
            }

            var at = JsonPointer.Append(path, key);
            if (old.ValueKind == JsonValueKind.Object && @new.ValueKind == JsonValueKind.Object)
            {
                AddMembers(changes, id, at, JsonEquality.MembersOf(old), JsonEquality.MembersOf(@new));
            }
            else
            {
                changes.Add(new ValueChange(id, at, old, @new));
            }
        }
    }
}
