using System.Globalization;
using System.Text.Json;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Branches;

/// <summary>A merge for people.</summary>
internal static class MergeText
{
    public static void Print(Printer output, MergeContract merge, bool isPreview)
    {
        output.Line($"Merge: {merge.Source} at {merge.SourceLength} -> {merge.Target} at {merge.TargetLength}", Tone.Name);
        output.Line($"Common state: {merge.Base.Stream} at {merge.Base.Length}", Tone.Faint);
        if (merge.UpToDate)
        {
            output.Line("Nothing to merge: the source has changed nothing since.");
            return;
        }

        PrintChanges(output, merge.Changes);
        PrintConflicts(output, merge.Decisions, merge.Conflicts);
        PrintEffects(output, merge.Effects);
        output.Line(SummaryOf(merge, isPreview));
    }

    public static void PrintChanges(Printer output, IReadOnlyList<MergeChangeContract> changes)
    {
        foreach (var change in changes)
        {
            var (sign, tone) = change.Change switch
            {
                "created" => ("+", Tone.Added),
                "removed" => ("-", Tone.Removed),
                _ => ("~", Tone.Changed),
            };
            output.Add($"{sign} {change.Kind} {change.Id}", tone).AddRest(change.Change == "removed" ? "" : $"  {Describe(change)}").EndLine();
        }
    }

    public static void PrintConflicts(Printer output, IReadOnlyList<MergeConflictContract> decisions, IReadOnlyList<MergeConflictContract> open)
    {
        foreach (var decided in decisions)
        {
            output.Add("decided  ", Tone.Faint).Add(Name(decided), Tone.Changed).AddRest($"  {decided.Take}{(decided.Value is { } value ? $" {value.GetRawText()}" : "")}").EndLine();
        }

        foreach (var conflict in open)
        {
            PrintConflict(output, conflict);
        }
    }

    private static void PrintConflict(Printer output, MergeConflictContract conflict)
    {
        output.Add("CONFLICT  ", Tone.Removed).Add(Name(conflict), Tone.Name).Add($"  {ReasonOf(conflict)}", Tone.Faint).EndLine();
        output.AddRest($"    base    {Text(conflict.Base)}").EndLine();
        PrintSide(output, "ours  ", conflict.Ours, conflict.OurActor, conflict.OurEvent);
        PrintSide(output, "theirs", conflict.Theirs, conflict.TheirActor, conflict.TheirEvent);
    }

    private static void PrintSide(Printer output, string side, JsonElement? value, string? actor, Guid? by)
    {
        output.Add($"    {side}  ").Add(Text(value), Tone.Changed);
        output.AddRest(by is { } id ? $"  by {actor ?? "-"}, {id}" : "", Tone.Faint).EndLine();
    }

    private static void PrintEffects(Printer output, MergeEffectsContract effects)
    {
        if (effects.Usage.Calls > 0 || effects.Tools.Count > 0)
        {
            var tools = string.Join(", ", effects.Tools.Select(t => $"{t.Tool} {t.Count}"));
            output.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"The source made {Printable.Count(effects.Usage.Calls, "call")}, {effects.Usage.CostUsd:0.00####} USD{(tools.Length > 0 ? $"; tools called: {tools}" : "")}. They are not merged."));
        }
    }

    private static string SummaryOf(MergeContract merge, bool isPreview)
    {
        var counts = $"{Printable.Count(merge.Changes.Count, "change")}, {Printable.Count(merge.Decisions.Count, "decision")}, "
            + $"{Printable.Count(merge.Conflicts.Count, "open conflict")}";
        return merge.Length is { } length ? $"Merged: {counts}; {merge.Target} has {Printable.Count(length, "event")}."
            : isPreview ? $"Preview: {counts}; nothing was written."
            : $"Not merged: {counts}.";
    }

    private static string Name(MergeConflictContract conflict) => $"{conflict.Kind} {conflict.Id}{(conflict.Path.Length == 0 ? "" : $" {conflict.Path}")}";

    private static string ReasonOf(MergeConflictContract conflict) => conflict.Reason switch
    {
        "set" => "set differently",
        "retyped" => "given different types",
        "created" => "created with different content",
        "removed" => conflict.Ours is null ? "removed by ours, changed by theirs" : "changed by ours, removed by theirs",
        _ => "its end was removed by the other side",
    };

    private static string Describe(MergeChangeContract change) => change.Type switch
    {
        "object.patched" => change.Data.GetProperty("patch").GetRawText(),
        "relation.created" => $"{change.Data.GetProperty("type").GetString()}: {change.Data.GetProperty("source_id").GetString()} -> "
            + $"{change.Data.GetProperty("target_id").GetString()} {DataOf(change)}",
        _ => $"{change.Data.GetProperty("type").GetString()} {DataOf(change)}",
    };

    private static string DataOf(MergeChangeContract change) => change.Data.TryGetProperty("data", out var data) ? data.GetRawText() : "{}";

    private static string Text(JsonElement? value) => value?.GetRawText() ?? "(absent)";
}
