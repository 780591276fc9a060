using System.Text.Json;
using Ledger.Cli.Output;
using Ledger.Files;

namespace Ledger.Cli.Files;

/// <summary>Imports files that have already been read once, and reports the result of each.</summary>
internal static class Importing
{
    public static async Task RunAsync(Session session, IReadOnlyList<RecordingFile> files, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var importer = new EventImporter(connection.Ledger);
        var results = new List<(RecordingFile File, ImportResult Result)>();
        foreach (var file in RecordingFile.ParentsFirst(files))
        {
            var result = await session.Progress.RunAsync(
                $"Importing {file.Path}",
                file.Recording.EventCount,
                progress => importer.ImportAsync(file.Recording, new ImportedEvents(progress), cancellationToken));
            results.Add((file, result));
            if (!session.Json)
            {
                Print(session.Out, file, result);
            }
        }

        if (session.Json)
        {
            session.Out.Json(writer => Write(writer, results));
        }
    }

    private static void Print(Printer output, RecordingFile file, ImportResult result)
    {
        output.Add($"{result.Stream} : ", Tone.Name).Add($"{Printable.Count(result.ReadEvents, "event")}, {result.WrittenEvents:N0} written");
        if (result.Parent is { } parent)
        {
            output.Add($"; forked from {parent} at {result.SharedEvents}, {Printable.Count(result.SavedEvents, "row")} saved");
        }

        output.EndLine();
        foreach (var sentence in new[] { result.Note, file.CutSentence, file.LeftOutSentence }.OfType<string>())
        {
            output.Line($"  {sentence}", Tone.Changed);
        }
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<(RecordingFile File, ImportResult Result)> results)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("recordings");
        foreach (var (file, result) in results)
        {
            writer.WriteStartObject();
            writer.WriteString("file", file.Path);
            writer.WriteString("stream", result.Stream.Value);
            writer.WriteString("parent", result.Parent?.Value);
            writer.WriteNumber("shared_events", result.SharedEvents);
            writer.WriteNumber("rows_saved", result.SavedEvents);
            writer.WriteNumber("events", result.ReadEvents);
            writer.WriteNumber("written", result.WrittenEvents);
            writer.WriteString("note", result.Note);
            if (file.LeftOut.Count > 0)
            {
                writer.WriteStartObject("left_out");
                foreach (var (name, count) in file.LeftOut)
                {
                    writer.WriteNumber(name, count);
                }

                writer.WriteEndObject();
            }

            if (file.Cut is { } cut)
            {
                writer.WriteStartObject("cut");
                writer.WriteNumber("line", cut.Line);
                writer.WriteNumber("column", cut.Column);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("rows_saved", results.Sum(r => r.Result.SavedEvents));
        writer.WriteEndObject();
    }
}
