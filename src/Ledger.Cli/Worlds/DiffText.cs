using System.Text.Json;
using Ledger.Cli.Output;

namespace Ledger.Cli.Worlds;

/// <summary>A comparison for people.</summary>
internal static class DiffText
{
    /// <summary>Prints the names, the summary, and at least one line for each difference.</summary>
    public static void Print(Printer output, string nameOfA, string nameOfB, WorldDiff diff)
    {
        output.Line($"Diff: {nameOfA} -> {nameOfB}", Tone.Name);
        output.Line($"Summary: {SummaryOf(diff)}");
        PrintAll(output, diff.AddedObjects, "+", Tone.Added, id => Describe(diff.FindNewObject(id)!));
        PrintAll(output, diff.RemovedObjects, "-", Tone.Removed, id => Describe(diff.FindOldObject(id)!));
        PrintChanges(output, "object", diff.ObjectChanges);
        PrintAll(output, diff.AddedRelations, "+", Tone.Added, id => Describe(diff.FindNewRelation(id)!));
        PrintAll(output, diff.RemovedRelations, "-", Tone.Removed, id => Describe(diff.FindOldRelation(id)!));
        PrintChanges(output, "relation", diff.RelationChanges);
    }

    /// <summary>How many objects and relations differ. That of the library has kando's words, whose plurals are for programs.</summary>
    public static string SummaryOf(WorldDiff diff)
    {
        (string Sign, int Count, string Noun, string What)[] counts =
        [
            ("+", diff.AddedObjects.Count, "object", ""),
            ("-", diff.RemovedObjects.Count, "object", ""),
            ("~", diff.PatchedObjects.Count, "object", " patched"),
            ("~", diff.RetypedObjects.Count, "object", " retyped"),
            ("+", diff.AddedRelations.Count, "relation", ""),
            ("-", diff.RemovedRelations.Count, "relation", ""),
            ("~", diff.ChangedRelations.Count, "relation", " changed"),
        ];
        return diff.HasChanges
            ? string.Join(", ", counts.Where(count => count.Count > 0).Select(count => $"{count.Sign}{Printable.Count(count.Count, count.Noun)}{count.What}"))
            : "no changes";
    }

    private static void PrintAll(Printer output, IReadOnlyList<string> ids, string sign, Tone tone, Func<string, string> describe)
    {
        foreach (var id in ids)
        {
            output.AddRest($"{sign} {describe(id)}", tone).EndLine();
        }
    }

    private static void PrintChanges(Printer output, string kind, IReadOnlyList<ValueChange> changes)
    {
        foreach (var entity in changes.GroupBy(change => change.Id, StringComparer.Ordinal))
        {
            output.Line($"~ {kind} {entity.Key}", Tone.Changed);
            foreach (var change in entity)
            {
                output.Add($"    {change.Path}: ", Tone.Faint).AddHalf(Describe(change.Old), Tone.Removed).Add(" -> ");
                output.AddRest(Describe(change.New), Tone.Added).EndLine();
            }
        }
    }

    private static string Describe(WorldObject item) => $"object {item.Id} {item.Data}";

    private static string Describe(Relation item) => $"relation {item.Id} {item.Type}: {item.SourceId} -> {item.TargetId} {item.Data}";

    private static string Describe(JsonElement value) => value.ValueKind is JsonValueKind.Undefined ? "(absent)" : value.GetRawText();
}
