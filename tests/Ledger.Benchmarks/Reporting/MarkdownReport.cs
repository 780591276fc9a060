using System.Text;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Reporting;

/// <summary>Results as the page that is kept beside the benchmarks.</summary>
internal static class MarkdownReport
{
    public static string Of(Machine machine, Workload workload, IReadOnlyList<Result> results)
    {
        var text = new StringBuilder("# Results\n\n");
        text.Append("Written by `./build.sh bench --markdown`. ").Append(machine.When).Append(".\n\n");
        foreach (var line in machine.Lines)
        {
            text.Append("- ").Append(line).Append('\n');
        }

        text.Append("\nMedian of ").Append(workload.Rounds).Append(" rounds, contenders in turn; in brackets the least and the most. `×N` is the number of connections.\n");
        if (workload != Workload.Full)
        {
            text.Append("Counts were smaller than asked for; the figures are not for the record.\n");
        }

        text.Append("\n## What is asked\n\n| scenario | number | median | at least | aim |\n|---|---|---|---|---|\n");
        foreach (var result in results)
        {
            foreach (var (goal, summary) in result.Goals)
            {
                Row(
                    text,
                    result.Scenario.Name,
                    goal.Name,
                    $"{Line.Value(summary.Median, goal.Format)} ({Line.Spread(summary, goal.Format)})",
                    Line.Verdict(goal, summary.Median, goal.AtLeast),
                    Line.Verdict(goal, summary.Median, goal.Aim));
            }
        }

        text.Append("\n## Figures\n");
        foreach (var result in results)
        {
            Figures(text, result);
        }

        return text.ToString();
    }

    private static void Figures(StringBuilder text, Result result)
    {
        var contenders = result.Scenario.Contenders;
        text.Append("\n**").Append(result.Scenario.Name).Append("**: ").Append(result.Scenario.Title).Append("\n\n");
        Row(text, ["", .. contenders.Select(c => c.Name)]);
        Row(text, [.. Enumerable.Repeat("---", contenders.Count + 1)]);
        foreach (var figure in result.Figures)
        {
            Row(text, [figure.Name, .. contenders.Select(c => Cell(result.Of(c, figure), figure.Format))]);
        }
    }

    private static string Cell(Summary summary, string format) =>
        $"{Line.Value(summary.Median, format)} ({Line.Spread(summary, format)})";

    private static void Row(StringBuilder text, params string[] cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
