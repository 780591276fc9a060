using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Branches;

/// <summary>Cherry-picks and rebases for people.</summary>
internal static class CarryText
{
    public static void Print(Printer output, CherryPickContract pick, bool isPreview)
    {
        output.Line($"Cherry-pick: {pick.Source} -> {pick.Target} at {pick.TargetLength}", Tone.Name);
        PrintEvents(output, pick.Carried);
        foreach (var cause in pick.Missing)
        {
            output.Add("MISSING  ", Tone.Removed).Add($"{cause.Position}  {cause.Type}", Tone.Name).AddRest($"  {cause.EventId}{By(cause.Actor)}", Tone.Faint).EndLine();
        }

        MergeText.PrintConflicts(output, pick.Decisions, pick.Conflicts);
        var counts = CountsOf(pick.Carried, pick.Decisions.Count);
        output.Line(pick.Length is { } length ? $"Picked: {counts}; {pick.Target} has {Printable.Count(length, "event")}."
            : isPreview ? $"Preview: {counts}; nothing was written."
            : pick.Missing.Count + pick.Conflicts.Count > 0 ? $"Not picked: {counts}."
            : "Nothing to write.");
    }

    public static void Print(Printer output, RebaseContract rebase)
    {
        output.Line($"Rebase: {rebase.Source} at {rebase.SourceLength} onto {rebase.Onto} at {rebase.OntoLength}", Tone.Name);
        output.Line($"Common state: {rebase.Base.Stream} at {rebase.Base.Length}", Tone.Faint);
        PrintEvents(output, rebase.Carried);
        MergeText.PrintChanges(output, rebase.Squashed);
        MergeText.PrintConflicts(output, rebase.Decisions, rebase.Conflicts);
        var counts = rebase.Carried.Count > 0
            ? CountsOf(rebase.Carried, rebase.Decisions.Count)
            : $"{Printable.Count(rebase.Squashed.Count, "change")}, {Printable.Count(rebase.Decisions.Count, "decision")}, {Printable.Count(rebase.Conflicts.Count, "conflict")} left out";
        output.Line(rebase is { Branch: { } branch, Length: { } length }
            ? $"Rebased: {counts}; {branch} has {Printable.Count(length, "event")}."
            : $"Preview: {counts}; nothing was written.");
    }

    private static void PrintEvents(Printer output, IReadOnlyList<CarriedEventContract> events)
    {
        foreach (var carried in events)
        {
            var (sign, tone) = carried.Outcome switch
            {
                "written" => ("+", Tone.Added),
                "conflict" => ("!", Tone.Removed),
                _ => ("=", Tone.Faint),
            };
            output.Add($"{sign} {carried.Position}  {carried.Type}", tone).Add(ReasonOf(carried), Tone.Faint);
            output.AddRest($"  {carried.EventId}{By(carried.Actor)}", Tone.Faint).EndLine();
        }
    }

    private static string ReasonOf(CarriedEventContract carried) => carried.Outcome switch
    {
        "unchanged" => "  changes nothing",
        "known" => "  is there already",
        "record" => "  stays on its branch",
        "conflict" => "  is in conflict",
        _ => carried.Written.Count > 1 ? $"  as {carried.Written.Count} events" : "",
    };

    private static string By(string? actor) => actor is null ? "" : $" by {actor}";

    private static string CountsOf(IReadOnlyList<CarriedEventContract> events, int decisions)
    {
        var written = events.Sum(e => e.Written.Count);
        var conflicts = events.Count(e => e.Outcome == "conflict");
        return $"{Printable.Count(written, "event")} written again, {conflicts} in conflict, "
            + $"{events.Count(e => e.Outcome is not "written" and not "conflict")} not needed, {Printable.Count(decisions, "decision")}";
    }
}
