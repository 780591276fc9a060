using System.Globalization;
using Ledger.Cli.Output;
using Ledger.Runs;

namespace Ledger.Cli.Runs;

/// <summary>Prints how runs are doing.</summary>
internal static class RunText
{
    /// <summary>The facts of one run, each on a line.</summary>
    public static void Print(Printer output, RunSummary run)
    {
        output.Fact("Status", StatusOf(run), ToneOf(run.Status));
        PrintGiven(output, "Error", run.Error);
        PrintGiven(output, "Title", run.Title);
        PrintGiven(output, "Labels", run.Labels.Count == 0 ? null : string.Join(", ", run.Labels));
        PrintGiven(output, "Model", run.Model);
    }

    /// <summary>The header of a list.</summary>
    public static void PrintHeader(Printer output) =>
        output.Line($"{"STATUS",-18}  {Printable.TimeHeading("UPDATED")}  {"DURATION",9}  {"EVENTS",10}  {"USD",10}  RUN", Tone.Faint);

    /// <summary>A line of a list.</summary>
    public static void PrintLine(Printer output, RunSummary run)
    {
        var cost = run.OwnUsage.CostUsd.ToString("0.00##", CultureInfo.InvariantCulture);
        output.Add($"{StatusOf(run),-18}  ", ToneOf(run.Status)).Add($"{Printable.Time(run.UpdatedAt)}  ", Tone.Faint)
            .Add($"{DurationOf(run.Duration),9}  {Printable.Number(run.Length.Value),10}  {cost,10}  ")
            .Add(run.Stream.IsBranch ? run.Stream.Value : run.Stream.Id, Tone.Name);
        if (run.Labels.Count > 0)
        {
            output.Add($"  [{string.Join(", ", run.Labels)}]");
        }

        output.AddRest((run.Error ?? run.Title) is { } text ? $"  {text}" : "", run.Error is null ? Tone.Faint : Tone.Removed).EndLine();
    }

    private static string StatusOf(RunSummary run) => run.WaitsFor is { } wait
        ? $"waiting: {wait.ToString().ToLowerInvariant()}"
        : run.Status.ToString().ToLowerInvariant();

    private static Tone ToneOf(RunStatus status) => status switch
    {
        RunStatus.Done => Tone.Added,
        RunStatus.Failed => Tone.Removed,
        RunStatus.Waiting => Tone.Changed,
        _ => Tone.Plain,
    };

    private static string DurationOf(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => time.TotalSeconds.ToString("0.0's'", CultureInfo.InvariantCulture),
        { TotalHours: < 1 } => time.ToString(@"m\mss\s", CultureInfo.InvariantCulture),
        { TotalDays: < 1 } => time.ToString(@"h\hmm\m", CultureInfo.InvariantCulture),
        _ => time.ToString(@"d\dhh\h", CultureInfo.InvariantCulture),
    };

    private static void PrintGiven(Printer output, string label, string? value)
    {
        if (value is not null)
        {
            output.Fact(label, value);
        }
    }
}
