using System.Text.Json;
using Ledger.Cli.Output;
using Ledger.Records.Chronomemory;

namespace Ledger.Cli.Chrono;

/// <summary>Shows what an import took and what it left out.</summary>
internal static class ImportText
{
    public static void Show(Session session, string done, ChronoImport import)
    {
        if (session.Json)
        {
            session.Out.Json(writer => Write(writer, import));
            return;
        }

        var records = import.Records == 0 ? "" : $" and {Printable.Count(import.Records, "record")} of the snapshot";
        session.Out.Line($"{done} {Printable.Count(import.Events, "event")}{records}, at {import.Head}.");
        Print(session.Out, "Left", import.Left);
        Print(session.Out, "Kept", import.Values);
    }

    private static void Print(Printer output, string label, IReadOnlyList<DamagedLine> lines)
    {
        foreach (var line in lines)
        {
            output.Line($"{label} line {line.Line}{(line.Seq is { } seq ? $", seq {seq}" : "")}: {line.Reason}", Tone.Changed);
        }
    }

    private static void Write(Utf8JsonWriter writer, ChronoImport import)
    {
        writer.WriteStartObject();
        writer.WriteNumber("events", import.Events);
        writer.WriteNumber("records", import.Records);
        writer.WriteString("head", import.Head.ToString());
        Write(writer, "left", import.Left);
        Write(writer, "values", import.Values);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<DamagedLine> lines)
    {
        writer.WriteStartArray(name);
        foreach (var line in lines)
        {
            writer.WriteStartObject();
            writer.WriteNumber("line", line.Line);
            writer.WritePropertyName("seq");
            if (line.Seq is { } seq)
            {
                writer.WriteNumberValue(seq);
            }
            else
            {
                writer.WriteNullValue();
            }

            writer.WriteString("reason", line.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
