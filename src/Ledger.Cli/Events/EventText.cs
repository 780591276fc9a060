using System.Text;
using System.Text.Json;
using Ledger.Cli.Output;
using Ledger.Files;

namespace Ledger.Cli.Events;

/// <summary>Prints an event as a line or as JSON.</summary>
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

    /// <summary>Writes the members of an event file, and <c>position</c>, <c>event_id</c>, <c>recorded_at</c>; <c>call_id</c> if it belongs to a call.</summary>
    public static void Write(Utf8JsonWriter writer, RecordedEvent recorded)
    {
        writer.WriteStartObject();
        EventFile.WriteMembers(writer, recorded);
        writer.WriteNumber("position", recorded.Position!.Value.Value);
        writer.WriteString("event_id", recorded.Id);
        writer.WriteString("recorded_at", recorded.Timestamp);
        WriteCallId(writer, recorded);
        writer.WriteEndObject();
    }

    /// <summary>Writes <c>call_id</c> if the event belongs to a call.</summary>
    public static void WriteCallId(Utf8JsonWriter writer, RecordedEvent recorded)
    {
        if (recorded.Metadata.CallId is { } callId)
        {
            writer.WriteString("call_id", callId);
        }
    }
}
