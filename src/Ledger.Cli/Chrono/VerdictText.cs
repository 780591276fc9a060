using System.Globalization;
using Ledger.Cli.Output;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary>Shows what the verification of a chain found.</summary>
internal static class VerdictText
{
    /// <summary>Prints the state of the chain, the first break, and the warnings.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="verdict">The result of the verification.</param>
    /// <param name="rowsCompared">Whether the rows were compared with the log; null for a folder, which has no rows.</param>
    public static void Print(Printer output, ChainVerdict verdict, bool? rowsCompared = null)
    {
        output.Fact("Chain ", Name(verdict.State), verdict.State switch
        {
            ChainState.Valid => Tone.Added,
            ChainState.Erased => Tone.Changed,
            _ => Tone.Removed,
        });
        output.Fact("Events", verdict.Events.ToString(CultureInfo.InvariantCulture));
        output.Fact("Last  ", verdict.LastHash.Length == 0 ? "(none)" : verdict.LastHash);
        if (rowsCompared is { } compared)
        {
            output.Fact("Rows  ", compared ? "compared with the log" : "not compared with the log; use --deep");
        }

        if (verdict.FirstBroken is { } broken)
        {
            var place = broken is { Line: not null, Seq: { } seq } ? string.Create(CultureInfo.InvariantCulture, $"{PlaceOf(broken)}, seq {seq}") : PlaceOf(broken);
            output.Line($"Broken at {place}: {broken.Reason}", Tone.Removed);
        }

        foreach (var erased in verdict.Erased)
        {
            output.Line(string.Create(CultureInfo.InvariantCulture, $"Erased at seq {erased.Seq} by event {erased.By}: the text was masked, and its hash cannot be checked."), Tone.Changed);
        }

        if (verdict.ErasedCount > verdict.Erased.Count)
        {
            output.Line(string.Create(CultureInfo.InvariantCulture, $"Erased at {verdict.ErasedCount - verdict.Erased.Count} further places."), Tone.Changed);
        }

        foreach (var warning in verdict.Warnings)
        {
            output.Line($"Warning {warning.Code}: {warning.Text}", Tone.Changed);
        }
    }

    private static string Name(ChainState state) => state switch
    {
        ChainState.Valid => "valid",
        ChainState.Erased => "erased in part",
        _ => "broken",
    };

    /// <summary>The place of a break: a line in a folder, a seq in a database.</summary>
    public static string PlaceOf(ChainBreak broken) => broken switch
    {
        { Line: { } line } => string.Create(CultureInfo.InvariantCulture, $"line {line}"),
        { Seq: { } seq } => string.Create(CultureInfo.InvariantCulture, $"seq {seq}"),
        _ => "an event without a seq",
    };
}
