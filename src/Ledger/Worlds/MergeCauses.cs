using System.Text.Json;
using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>Makes the event that changes one object or relation in a merge, and finds what it follows from.</summary>
internal sealed class MergeCauses(MergeItem item, EntitySetters ours, EntitySetters theirs)
{
    public MergeChange Change()
    {
        var (before, after) = (item.Ours, item.Result);
        if (after is null)
        {
            object removed = item.Kind == EntityKind.WorldObject ? new ObjectRemoved(item.Id) : new RelationRemoved(item.Id);
            return Of(BlameKind.Removed, removed, [""]);
        }

        var changed = Changed(before, after);
        if (before is null)
        {
            return Of(BlameKind.Created, after.ToCreated(), ["", .. changed]);
        }

        // A patch sets properties, and can do nothing else.
        var isPatch = item.Kind == EntityKind.WorldObject
            && changed.All(path => EntityState.PropertyAt(path) is not null && after[path].ValueKind != JsonValueKind.Undefined);
        return isPatch
            ? Of(BlameKind.Patched, new ObjectPatched(item.Id, PatchOf(after, changed)), changed)
            : Of(BlameKind.Replaced, after.ToCreated(), changed);
    }

    private static List<string> Changed(EntityState? before, EntityState after) =>
        [.. after.Values.Keys.Union(before?.Values.Keys ?? [], StringComparer.Ordinal)
            .Where(path => !JsonEquality.Instance.Equals(before?[path] ?? default, after[path]))
            .Order(CodePointComparer.Instance)];

    private static JsonElement PatchOf(EntityState after, IEnumerable<string> changed) => EventJson.ToElement(writer =>
    {
        writer.WriteStartObject();
        foreach (var path in changed)
        {
            writer.WritePropertyName(EntityState.PropertyAt(path)!);
            after[path].WriteTo(writer);
        }

        writer.WriteEndObject();
    });

    private MergeChange Of(BlameKind change, object made, IEnumerable<string> paths)
    {
        var setters = paths.Select(path => theirs.Find(item.Kind, item.Id, path))
            .Concat(item.Decided.Select(path => ours.Find(item.Kind, item.Id, path)))
            .Concat(item.Decided.Select(path => theirs.Find(item.Kind, item.Id, path)));
        return new MergeChange(
            item.Kind,
            item.Id,
            change,
            made,
            [.. setters.OfType<EntitySetter>().DistinctBy(s => s.EventId).OrderByDescending(s => s.Sequence).Select(s => s.EventId)]);
    }
}
