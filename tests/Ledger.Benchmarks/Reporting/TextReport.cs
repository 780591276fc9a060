using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Reporting;

/// <summary>Results for a terminal, in at most 100 columns.</summary>
internal sealed class TextReport(TextWriter output)
{
    private const int NameWidth = 33;
    private const int FigureWidth = 25;
    private const int ContendersInARow = 3;

    public void Write(Machine machine, Workload workload)
    {
        foreach (var line in machine.Lines)
        {
            output.WriteLine(line);
        }

        output.WriteLine($"Median of {workload.Rounds} rounds, contenders in turn; in brackets the least and the most.");
        if (workload != Workload.Full)
        {
            output.WriteLine("Counts are smaller than asked for; the figures are not for the record.");
        }
    }

    public void Write(Result result)
    {
        output.WriteLine();
        output.WriteLine($"{result.Scenario.Name}: {result.Scenario.Title}");
        output.WriteLine($"  {"",-NameWidth} {"median",7} {"(least–most)",-17} {"at least",-17} aim");
        foreach (var (goal, summary) in result.Goals)
        {
            var median = Line.Value(summary.Median, goal.Format);
            var spread = $"({Line.Spread(summary, goal.Format)})";
            var atLeast = Line.Verdict(goal, summary.Median, goal.AtLeast);
            var aim = Line.Verdict(goal, summary.Median, goal.Aim);
            output.WriteLine($"  {goal.Name,-NameWidth} {median,7} {spread,-17} {atLeast,-17} {aim}".TrimEnd());
        }

        foreach (var contenders in result.Scenario.Contenders.Chunk(ContendersInARow))
        {
            output.WriteLine();
            output.WriteLine($"  {"",-20}{string.Concat(contenders.Select(c => $" {c.Name,-FigureWidth}"))}".TrimEnd());
            foreach (var figure in result.Figures)
            {
                var cells = contenders.Select(c => $" {Cell(result.Of(c, figure), figure.Format),-FigureWidth}");
                output.WriteLine($"  {figure.Name,-20}{string.Concat(cells)}".TrimEnd());
            }
        }
    }

    private static string Cell(Summary summary, string format) =>
        $"{Line.Value(summary.Median, format)} ({Line.Spread(summary, format)})";
}
