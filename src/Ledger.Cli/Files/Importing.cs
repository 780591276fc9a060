using System.Globalization;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Files;
using Ledger.Interop;

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
            if (!session.Json)
            {
                PrintFound(session.Out, file);
            }

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

        // When the log has all of them, whatever their order.
        foreach (var found in files.Select(file => file.Found).OfType<ForeignRecording>())
        {
            await found.LinkAsync(connection.Ledger, cancellationToken);
        }

        if (session.Json)
        {
            var recordings = results.Select(r => Of(r.File, r.Result));
            session.Out.Json(new ImportContract([.. recordings], results.Sum(r => r.Result.SavedEvents), FoundIn(files)), ContractContext.Default.ImportContract);
        }
    }

    /// <summary>Prints what files would become; nothing is written, and no server is needed.</summary>
    public static void Describe(Session session, IReadOnlyList<RecordingFile> files)
    {
        if (session.Json)
        {
            var recordings = files.Select(f => Of(f, new ImportResult(f.Stream, null, 0, 0, f.Recording.EventCount, 0)));
            session.Out.Json(new ImportContract([.. recordings], 0, FoundIn(files)), ContractContext.Default.ImportContract);
            return;
        }

        foreach (var file in files)
        {
            PrintFound(session.Out, file);
            session.Out.Add($"{file.Stream} : ", Tone.Name).Add($"{Printable.Count(file.Recording.EventCount, "event")}, nothing written").EndLine();
            foreach (var sentence in new[] { file.CutSentence, file.ExtraSentence }.OfType<string>())
            {
                session.Out.Line($"  {sentence}", Tone.Changed);
            }
        }
    }

    private static void PrintFound(Printer output, RecordingFile file)
    {
        if (file.Found is not { Totals: var totals } found)
        {
            return;
        }

        string[] parts =
        [
            Printable.Count(totals.Runs, "run"),
            .. totals.Branches == 0 ? [] : new[] { totals.Branches == 1 ? "1 branch" : $"{Printable.Number(totals.Branches)} branches" },
            Printable.Count(totals.Events, "event"),
            Printable.Count(totals.ModelCalls, "model call"),
            Printable.Count(totals.ToolCalls, "tool call"),
            .. totals.InputTokens + totals.OutputTokens == 0 ? [] : new[] { $"{Printable.Number(totals.InputTokens)} + {Printable.Number(totals.OutputTokens)} tokens" },
            .. totals.CostUsd == 0 ? [] : new[] { string.Create(CultureInfo.InvariantCulture, $"{totals.CostUsd:0.00####} USD") },
        ];
        output.Add($"{file.Path} : ", Tone.Faint).Add($"{found.Format.Title}{(found.Version is { } version ? $" ({version})" : "")}: {string.Join(", ", parts)}").EndLine();
    }

    private static FoundRecordingContract[]? FoundIn(IReadOnlyList<RecordingFile> files)
    {
        FoundRecordingContract[] found =
        [
            .. files.Where(f => f.Found is not null).Select(f => new FoundRecordingContract(
                f.Path,
                f.Found!.Format.Name,
                f.Found.Totals.Runs,
                f.Found.Totals.Branches,
                f.Found.Totals.Events,
                f.Found.Totals.ModelCalls,
                f.Found.Totals.ToolCalls,
                f.Found.Totals.InputTokens,
                f.Found.Totals.OutputTokens,
                f.Found.Totals.CostUsd,
                f.Found.Version)),
        ];
        return found.Length == 0 ? null : found;
    }

    private static void Print(Printer output, RecordingFile file, ImportResult result)
    {
        output.Add($"{result.Stream} : ", Tone.Name).Add($"{Printable.Count(result.ReadEvents, "event")}, {result.WrittenEvents:N0} written");
        if (result.Parent is { } parent)
        {
            output.Add($"; forked from {parent} at {result.SharedEvents}, {Printable.Count(result.SavedEvents, "row")} saved");
        }

        output.EndLine();
        foreach (var sentence in new[] { result.Note, file.CutSentence, file.ExtraSentence }.OfType<string>())
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
        file.Extra.Count == 0 ? null : file.Extra.ToDictionary(),
        file.Cut is { } cut ? new FilePlaceContract(cut.Line, cut.Column) : null);
}
