using System.Text;
using Ledger.Cli.Output;

namespace Ledger.Cli.Events;

/// <summary>Prints an event as a line.</summary>
internal static class EventText
{
    /// <summary>The largest number of digits of a position before the end.</summary>
    public static int DigitsOf(Position end) => Math.Max(4, Math.Max(end.Value - 1, 0).ToString(System.Globalization.CultureInfo.InvariantCulture).Length);

    /// <summary>Prints a line: position, time, type, actor, JSON. The time is the one that the log recorded, which <c>--at-time</c> takes.</summary>
    public static void Print(Printer output, RecordedEvent recorded, int digits)
    {
        var metadata = recorded.Metadata;
        output
            .Add(recorded.Position!.Value.ToString().PadLeft(digits))
            .Add($"  {Printable.Time(recorded.Timestamp)}  ", Tone.Faint)
            .Add(recorded.Type.PadRight(18), Tone.Name)
            .Add($"  {(metadata.Actor ?? "-").PadRight(6)}", Tone.Changed)
            .AddRest($"  {Encoding.UTF8.GetString(recorded.Json.Span)}")
            .EndLine();
    }
}
