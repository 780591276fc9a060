using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
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
            var recordings = results.Select(r => Of(r.File, r.Result));
            session.Out.Json(new ImportContract([.. recordings], results.Sum(r => r.Result.SavedEvents)), ContractContext.Default.ImportContract);
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

    private static ImportedRecordingContract Of(RecordingFile file, ImportResult result) => new(
        file.Path,
        result.Stream.Value,
        result.ReadEvents,
        result.WrittenEvents,
        result.SharedEvents,
        result.SavedEvents,
        result.Parent?.Value,
        result.Note,
        file.LeftOut.Count == 0 ? null : file.LeftOut.ToDictionary(),
        file.Cut is { } cut ? new FilePlaceContract(cut.Line, cut.Column) : null);
}
