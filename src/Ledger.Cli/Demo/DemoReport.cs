using Ledger.Branches;
using Ledger.Worlds;
using Spectre.Console;

namespace Ledger.Cli.Demo;

/// <summary>A demo for people, in lines of 80 columns at most; names of files are cut where a line has no room.</summary>
internal sealed class DemoReport(IAnsiConsole console)
{
    private const int Width = 80;
    private const int FindingsShown = 6;
    private const int ChangesShown = 4;

    /// <summary>Prints the timeline, the worlds, the tree, the diff and the commands to try next.</summary>
    public void Write(DemoResult result)
    {
        var name = DisplayText.CutPath(result.Folder, Width - 40);
        Line($"An agent looked at [bold]{Markup.Escape(name)}[/] and wrote down what it saw.");
        WriteTimeline(result);
        WriteCounts(result);
        WriteFindings("The run found", result.RunWorld);
        WriteFindings("The branch found", result.BranchWorld);
        Heading("The tree");
        Line($"  run:{Escaped(result.Run.Id, 60)}  {DisplayText.Count(result.RunWorld.Position.Value, "event")}");
        WriteTree(result.Branches, "  ");
        WriteDiff(result);
        Heading("Try next");
        foreach (var command in result.Next)
        {
            // Never cut or wrapped: it is there to be copied.
            console.Profile.Out.Writer.WriteLine($"  {DisplayText.OneLine(command)}");
        }
    }

    private void WriteTimeline(DemoResult result)
    {
        Heading("What happened");
        foreach (var phase in result.RunPhases)
        {
            WritePhase(phase, phase.From == result.ForkPosition ? "run" : "");
        }

        foreach (var phase in result.BranchPhases)
        {
            WritePhase(phase, "branch");
        }
    }

    private void WritePhase(PhaseSummary phase, string who)
    {
        var positions = phase.Events == 1 ? $"{phase.From}" : $"{phase.From}-{phase.Last}";
        Line($"  [grey]{positions,11}[/]  [bold]{phase.Phase,-6}[/]  {who,-6}  {Escaped(phase.Text, Width - 31)}");
    }

    private void WriteCounts(DemoResult result)
    {
        Heading("Both worlds");
        Line($"  [grey]{"",-16}{"run",9}{"branch",9}[/]");
        foreach (var count in WorldCount.Of(result.RunWorld, result.BranchWorld))
        {
            var line = $"  {DisplayText.Cut(count.What, 16),-16}{DisplayText.Number(count.First),9}{DisplayText.Number(count.Second),9}";
            Line(count.First == count.Second ? Markup.Escape(line) : $"[bold]{Markup.Escape(line)}[/]");
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
            var kind = finding.Data["kind"].GetString()!;
            Line($"  [bold]{kind,-15}[/]  {Markup.Escape($"{DisplayText.CutPath(about, 28),-28}")}  {Escaped(finding.Data["text"].GetString()!, 31)}");
        }

        WriteRest(findings.Count - shown.Count);
    }

    // The first ones of each kind, so that a folder full of one kind shows the others too.
    private static List<WorldObject> Spread(List<WorldObject> findings)
    {
        var kinds = findings.GroupBy(f => f.Data["kind"].GetString()).ToList();
        var each = kinds.Count == 0 ? 0 : Math.Max(1, FindingsShown / kinds.Count);
        return [.. kinds.SelectMany(kind => kind.Take(each))];
    }

    private void WriteTree(IReadOnlyList<BranchNode> nodes, string indent)
    {
        for (var i = 0; i < nodes.Count; i++)
        {
            var (branch, isLast) = (nodes[i].Branch, i == nodes.Count - 1);
            Line($"{indent}{(isLast ? "└── " : "├── ")}{Escaped(branch.Stream.Value, 50)}  at {branch.ForkPosition}");
            if (branch.Name is { } label)
            {
                Line($"{indent}{(isLast ? "    " : "│   ")}[grey]{Escaped(label, 60)}[/]");
            }

            WriteTree(nodes[i].Children, indent + (isLast ? "    " : "│   "));
        }
    }

    private void WriteDiff(DemoResult result)
    {
        var diff = result.Diff;
        Heading("The diff, from the run to the branch");
        Line($"  [bold]{Markup.Escape(diff.Summary())}[/]");
        WriteIds("green", "+ object", diff.AddedObjects);
        WriteIds("red", "- object", diff.RemovedObjects);
        foreach (var change in diff.Changes.Take(ChangesShown))
        {
            var values = $"{change.Path}: {DisplayText.Cut(change.Old.ToString(), 10)} -> {DisplayText.Cut(change.New.ToString(), 10)}";
            Line($"  [yellow]~ object[/]  {Markup.Escape(DisplayText.CutPath(change.Id, 30))}  {Escaped(values, 36)}");
        }

        WriteRest(diff.Changes.Count - ChangesShown);
    }

    private void WriteIds(string colour, string what, IReadOnlyList<string> ids)
    {
        foreach (var id in ids.Take(ChangesShown))
        {
            Line($"  [{colour}]{what}[/]  {Markup.Escape(DisplayText.CutPath(id, Width - 12))}");
        }

        WriteRest(ids.Count - ChangesShown);
    }

    private void WriteRest(int more)
    {
        if (more > 0)
        {
            Line($"  [grey]… and {DisplayText.Number(more)} more[/]");
        }
    }

    private void Heading(string text)
    {
        console.WriteLine();
        Line($"[bold blue]{Markup.Escape(text)}[/]");
    }

    private void Line(string markup) => console.MarkupLine(markup);

    private static string Escaped(string text, int length) => Markup.Escape(DisplayText.Cut(text, length));
}
