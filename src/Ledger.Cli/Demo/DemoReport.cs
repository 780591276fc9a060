using System.Globalization;
using System.Text.Json;
using Ledger.Cli.Branches;
using Ledger.Cli.Output;
using Ledger.Cli.Worlds;
using Ledger.Runs;

namespace Ledger.Cli.Demo;

/// <summary>Prints a demo for people, in lines of at most 80 columns.</summary>
internal sealed class DemoReport(Printer output)
{
    private const int CausesShown = 10;

    /// <summary>Prints what happened, the findings, the tree, the diff, the causes, the cost, and the commands to try next.</summary>
    /// <param name="result">The demo.</param>
    /// <param name="next">The commands to try next.</param>
    public void Write(DemoResult result, IReadOnlyList<string> next)
    {
        output.Line("An agent on call looks for what makes the checkout of a shop slow. It is wrong");
        output.Line("once; a branch starts before the mistake and takes another way.");
        WritePhases(result);
        WriteFinding("The run's finding", result.RunWorld);
        WriteFinding("The branch's finding", result.BranchWorld);
        Heading("The branch tree");
        BranchTree.Print(output, result.Branches);
        WriteDiff(result.Diff);
        WriteCauses(result);
        Heading("The cost of the calls; for the branch, since the fork");
        WriteCost("run", result.RunUsage.Whole);
        WriteCost("branch", result.BranchUsage.SinceFork!);
        Heading("Try next");
        foreach (var command in next)
        {
            output.Line($"  {command}");
        }
    }

    private void WritePhases(DemoResult result)
    {
        Heading("What happened");
        output.Line("  positions  phase", Tone.Faint);
        WritePhases(result.RunPhases);
        output.Line($"  and on the branch, which continues from position {result.ForkPosition}:", Tone.Faint);
        WritePhases(result.BranchPhases);
    }

    private void WritePhases(IEnumerable<DemoPhase> phases)
    {
        foreach (var phase in phases)
        {
            var positions = phase.Events == 1 ? $"{phase.From}" : $"{phase.From}-{phase.Last}";
            output.Add($"  {positions,-9}  ", Tone.Faint).Add($"{phase.Name,-8}  ", Tone.Name).Add(phase.Outcome).EndLine();
        }
    }

    private void WriteFinding(string title, World world)
    {
        var data = world.FindObject(DemoStory.Finding)!.Data;
        Heading(title);
        output.Add($"  \"{data["text"].GetString()}\"  ").Add(data["status"].GetString()!, Tone.Changed).EndLine();
        foreach (var relation in world.RelationsOf(DemoStory.Finding))
        {
            var further = relation.SourceId == DemoStory.Finding
                ? world.RelationsOf(relation.TargetId).FirstOrDefault(r => r.SourceId == relation.TargetId)
                : null;
            output.Add($"    {relation.SourceId} -{relation.Type}-> {relation.TargetId}");
            output.Add(further is null ? "" : $" -{further.Type}-> {further.TargetId}", Tone.Faint).EndLine();
        }
    }

    private void WriteDiff(WorldDiff diff)
    {
        Heading("The diff, from the run to the branch");
        output.Line($"  {DiffText.SummaryOf(diff)}");
        foreach (var id in diff.AddedObjects)
        {
            output.Line($"  + {id}", Tone.Added);
        }

        foreach (var change in diff.ObjectChanges)
        {
            output.Add($"  ~ {change.Id} ", Tone.Changed).Add($"{change.Path["/data/".Length..]}: ");
            output.Add(Text(change.Old), Tone.Removed).Add(" -> ").Add(Text(change.New), Tone.Added).EndLine();
        }
    }

    private void WriteCauses(DemoResult result)
    {
        Heading("Which events set the status of the run's finding");
        foreach (var entry in result.Blame.Entries)
        {
            output.Add($"  {entry.Event.Position,3}  ", Tone.Faint).Add($"{entry.Event.Type,-15}  ").Add(Text(entry.After!.Data["status"]), Tone.Changed);
            output.Add($"  by {entry.Event.Metadata.Actor}", Tone.Faint).EndLine();
        }

        Heading("Why the last of them happened: its first cause, the first cause of that, …");
        var chain = FirstCauses(result.Trace);
        foreach (var cause in chain.Take(CausesShown))
        {
            output.Add($"  {cause.Position,3}  ", Tone.Faint).Add($"{cause.Type,-15}  {Subject(cause.ToJsonElement())}".TrimEnd()).EndLine();
        }

        output.Line($"  … and {chain.Count - CausesShown} more, back to position {chain[^1].Position}", Tone.Faint);
    }

    private static List<RecordedEvent> FirstCauses(CausalTrace trace)
    {
        var events = trace.Events.ToDictionary(e => e.Id);
        var chain = new List<RecordedEvent>();
        for (var causes = trace.Events.First().Metadata.Causes; causes is [var first, ..]; causes = chain[^1].Metadata.Causes)
        {
            chain.Add(events[first]);
        }

        return chain;
    }

    private void WriteCost(string whose, CallTotals totals)
    {
        output.Add($"  {whose,-7}  ", Tone.Name).Add($"{Printable.Count(totals.Calls, "call")}, {Usd(totals.CostUsd)}");
        output.Add(totals.Answered == 0 ? "" : $"; {totals.Answered} answered from the log saved {Usd(totals.SavedUsd)}").EndLine();
    }

    private void Heading(string text)
    {
        output.EndLine();
        output.Line(text, Tone.Name);
    }

    private static string Usd(decimal usd) => string.Create(CultureInfo.InvariantCulture, $"{usd:0.0000} USD");

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? "(absent)" : value.ToString();

    private static string Subject(JsonElement data) =>
        data.TryGetProperty("id", out var id) || data.TryGetProperty("tool", out id) || data.TryGetProperty("text", out id) ? id.ToString() : "";
}
