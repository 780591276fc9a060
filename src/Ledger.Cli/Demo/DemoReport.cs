using Ledger.Cli.Branches;
using Ledger.Cli.Output;
using Ledger.Worlds;

namespace Ledger.Cli.Demo;

/// <summary>A demo for people, in lines of 80 columns at most; names of files are cut where a line has no room.</summary>
internal sealed class DemoReport(Printer output)
{
    private const int Width = 80;
    private const int FindingsShown = 8;
    private const int ChangesShown = 4;

    /// <summary>Prints the timeline, the worlds, the tree, the diff and the commands to try next.</summary>
    /// <param name="result">The demo.</param>
    /// <param name="next">Those commands.</param>
    public void Write(DemoResult result, IReadOnlyList<string> next)
    {
        output.Add("An agent looked at ").Add(DisplayText.CutPath(result.Folder, 40), Tone.Name).Add(" and wrote down what it saw.").EndLine();
        WriteTimeline(result);
        WriteCounts(result);
        WriteFindings($"What the run found, by the rule '{RuleOf(result.RunWorld)}'", result.RunWorld);
        WriteFindings($"What the branch found, by the rule '{RuleOf(result.BranchWorld)}'", result.BranchWorld);
        Heading("The tree of branches");
        BranchTree.Print(output, result.Branches);
        WriteDiff(result);
        Heading("Try next");
        foreach (var command in next)
        {
            output.Line($"  {command}");
        }
    }

    private static string RuleOf(World world) => world.FindObject(CodebaseAgent.FolderId)!.Data["rule"].GetString()!;

    private void WriteTimeline(DemoResult result)
    {
        Heading("What happened");
        output.Line($"  {"positions",-11}  phase", Tone.Faint);
        foreach (var phase in result.RunPhases)
        {
            WritePhase(phase);
        }

        output.Line($"  and on the branch, which goes on from position {result.ForkPosition}:", Tone.Faint);
        foreach (var phase in result.BranchPhases)
        {
            WritePhase(phase);
        }
    }

    private void WritePhase(PhaseSummary phase)
    {
        var positions = phase.Events == 1 ? $"{phase.From}" : $"{phase.From}-{phase.Last}";
        output.Add($"  {positions,-11}  ", Tone.Faint).Add($"{phase.Phase,-6}  ", Tone.Name).Add(DisplayText.Cut(phase.Text, Width - 23)).EndLine();
    }

    private void WriteCounts(DemoResult result)
    {
        Heading("Both worlds");
        output.Line($"  {"",-18}{"run",9}{"branch",9}", Tone.Faint);
        foreach (var count in WorldCount.Of(result.RunWorld, result.BranchWorld))
        {
            var line = $"  {DisplayText.Cut(count.What, 18),-18}{Printable.Number(count.First),9}{Printable.Number(count.Second),9}";
            output.Line(line, count.First == count.Second ? Tone.Plain : Tone.Changed);
        }
    }

    private void WriteFindings(string title, World world)
    {
        var findings = world.Objects.Where(o => o.Type == "Finding").ToList();
        var shown = Spread(findings);
        Heading(title);
        foreach (var finding in shown)
        {
            var about = world.RelationsOf(finding.Id, "about").First().TargetId;
            output.Add($"  {finding.Data["kind"].GetString()!,-15}  ", Tone.Name)
                .Add($"{DisplayText.CutPath(about, 28),-28}  ")
                .Add(DisplayText.Cut(finding.Data["text"].GetString()!, Width - 49), Tone.Faint)
                .EndLine();
        }

        WriteRest(findings.Count - shown.Count);
    }

    // The first ones of each kind, so that a folder full of one kind shows the others too.
    private static List<WorldObject> Spread(List<WorldObject> findings)
    {
        var kinds = findings.GroupBy(f => f.Data["kind"].GetString()).ToList();
        return [.. kinds.SelectMany(kind => kind.Take(Math.Max(1, FindingsShown / kinds.Count)))];
    }

    private void WriteDiff(DemoResult result)
    {
        var diff = result.Diff;
        Heading("The diff, from the run to the branch");
        output.Line($"  {diff.Summary()}");
        WriteIds("+ object", diff.AddedObjects, Tone.Added);
        WriteIds("- object", diff.RemovedObjects, Tone.Removed);
        foreach (var change in diff.ObjectChanges.Take(ChangesShown))
        {
            var values = $"{change.Path["/data/".Length..]} {DisplayText.Cut(change.Old.ToString(), 14)} -> {DisplayText.Cut(change.New.ToString(), 14)}";
            output.Add("  ~ object  ", Tone.Changed).Add($"{DisplayText.CutPath(change.Id, 30)}  ").Add(DisplayText.Cut(values, 36)).EndLine();
        }

        WriteRest(diff.ObjectChanges.Count - ChangesShown);
    }

    private void WriteIds(string what, IReadOnlyList<string> ids, Tone tone)
    {
        foreach (var id in ids.Take(ChangesShown))
        {
            output.Add($"  {what}  ", tone).Add(DisplayText.CutPath(id, Width - 12)).EndLine();
        }

        WriteRest(ids.Count - ChangesShown);
    }

    private void WriteRest(int more)
    {
        if (more > 0)
        {
            output.Line($"  … and {Printable.Number(more)} more", Tone.Faint);
        }
    }

    private void Heading(string text)
    {
        output.EndLine();
        output.Line(text, Tone.Name);
    }
}
