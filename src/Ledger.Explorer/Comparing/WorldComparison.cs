using System.Text.Json;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Worlds;
using Ledger.Json;

namespace Ledger.Explorer.Comparing;

/// <summary>Where the worlds of several runs differ.</summary>
/// <param name="Diffs">The difference of each from the first one, without that.</param>
/// <param name="Lines">The objects, relations and values that differ.</param>
/// <param name="IsCut">Whether there are more lines.</param>
internal sealed record WorldComparison(IReadOnlyList<WorldDiff> Diffs, IReadOnlyList<WorldLine> Lines, bool IsCut)
{
    private const int MostLines = 200;

    public static WorldComparison Of(IReadOnlyList<WorldDiff> diffs)
    {
        var lines = diffs.SelectMany(diff => diff.AddedObjects.Concat(diff.RemovedObjects)).Distinct(StringComparer.Ordinal).Order(CodePointComparer.Instance)
            .Select(id => new WorldLine("object", id, "", Each(diffs, (diff, isNew) => TextOf(isNew ? diff.FindNewObject(id) : diff.FindOldObject(id)))))
            .Concat(diffs.SelectMany(diff => diff.AddedRelations.Concat(diff.RemovedRelations)).Distinct(StringComparer.Ordinal).Order(CodePointComparer.Instance)
                .Select(id => new WorldLine("relation", id, "", Each(diffs, (diff, isNew) => TextOf(isNew ? diff.FindNewRelation(id) : diff.FindOldRelation(id))))))
            .Concat(Changes(diffs, "object", diff => diff.ObjectChanges, diff => diff.RemovedObjects))
            .Concat(Changes(diffs, "relation", diff => diff.RelationChanges, diff => diff.RemovedRelations))
            .Take(MostLines + 1).ToList();
        return new WorldComparison(diffs, [.. lines.Take(MostLines)], lines.Count > MostLines);
    }

    // What a difference does not name is in both as in the first world, whose side any difference has that names it.
    private static IReadOnlyList<string?> Each(IReadOnlyList<WorldDiff> diffs, Func<WorldDiff, bool, string?> find)
    {
        var first = diffs.Select(diff => find(diff, false)).FirstOrDefault(text => text is not null);
        return [first, .. diffs.Select(diff => find(diff, true) ?? (find(diff, false) is null ? first : null))];
    }

    private static IEnumerable<WorldLine> Changes(
        IReadOnlyList<WorldDiff> diffs, string kind, Func<WorldDiff, IReadOnlyList<ValueChange>> changesOf, Func<WorldDiff, IReadOnlyList<string>> removedOf)
    {
        var changed = diffs.Select(diff => changesOf(diff).ToDictionary(change => (change.Id, change.Path))).ToList();
        var removed = diffs.Select(diff => removedOf(diff).ToHashSet(StringComparer.Ordinal)).ToList();
        foreach (var place in changed.SelectMany(changes => changes.Keys).Distinct().OrderBy(p => p.Id, CodePointComparer.Instance).ThenBy(p => p.Path, CodePointComparer.Instance))
        {
            var old = TextOf(changed.Select(changes => changes.GetValueOrDefault(place)).First(change => change is not null)!.Old);
            yield return new WorldLine(
                kind, place.Id, place.Path,
                [old, .. changed.Select((changes, i) => removed[i].Contains(place.Id) ? null : changes.TryGetValue(place, out var change) ? TextOf(change.New) : old)]);
        }
    }

    private static string? TextOf(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? null : EventSummary.Line(value, 200);

    private static string? TextOf(WorldObject? item) => item is null ? null : $"{DisplayText.Cut(item.Type, 40)} {PropertyLine.Of(item.Data)}";

    private static string? TextOf(Relation? item) => item is null ? null : DisplayText.Cut($"{item.SourceId} {item.Type} {item.TargetId}", 160);
}

/// <summary>An object, a relation or a value that not all worlds have, or have otherwise.</summary>
/// <param name="Kind">object or relation.</param>
/// <param name="Id">Its id.</param>
/// <param name="Path">The path of the value; empty for the whole.</param>
/// <param name="Texts">What each world has there; null where it has nothing.</param>
internal sealed record WorldLine(string Kind, string Id, string Path, IReadOnlyList<string?> Texts);
