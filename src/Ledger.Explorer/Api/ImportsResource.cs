using Ledger.Explorer.Contracts;
using Ledger.Explorer.Rendering;
using Ledger.Files;
using Ledger.Interop;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>Recordings of other tools and event files, sent as the body of a request.</summary>
/// <remarks>The body goes to a temporary file, so that its size does not matter to the memory. A repeated upload writes only what is new.</remarks>
internal static class ImportsResource
{
    /// <summary>The content types of a file.</summary>
    public static readonly string[] Types = ["application/octet-stream", "application/json", AcceptedTypes.Lines];

    private const string EventFiles = "kando";

    /// <summary>Imports a file.</summary>
    public static async Task ImportAsync(ExplorerRequest request)
    {
        JsonBody.CheckType(request, Types);
        var id = request.Query.Text("id") ?? throw new BadRequestException("'id' is missing: the id of the run that the file becomes.");
        Query.NewStreamNameOf($"run:{id}");
        var format = request.Query.Choice("format", "auto", ["auto", EventFiles, .. RecordingFormat.All.Select(f => f.Name)]);
        var isDryRun = request.Query.Choice("dry_run", "off", "on", "off") == "on";
        using var file = await UploadedFile.OfAsync(request, request.Explorer.Options.MaxUploadBytes, request.Explorer.RoomForFiles).ConfigureAwait(false);
        using var source = RecordingSource.OfFile(file.Path);
        var known = format == EventFiles ? null : RecordingFormat.Find(format) ?? Recordings.Detect(source);
        if (known is null)
        {
            var events = Recordings.ReadEventFile(source, id);
            var result = isDryRun ? Planned(events) : await new EventImporter(request.Explorer.Ledger).ImportAsync(events, cancellationToken: request.Aborted).ConfigureAwait(false);
            await SendAsync(request, [result], null, isDryRun).ConfigureAwait(false);
            return;
        }

        var recording = Recordings.Read(source, id, known);
        IReadOnlyList<ImportResult> results = isDryRun
            ? [.. recording.Recordings.Select(Planned)]
            : await recording.ImportAsync(request.Explorer.Ledger, cancellationToken: request.Aborted).ConfigureAwait(false);
        await SendAsync(request, results, recording, isDryRun).ConfigureAwait(false);
    }

    private static ImportResult Planned(EventRecording recording) => new(
        recording.Branch is null ? StreamName.Run(recording.Id) : StreamName.Branch(recording.Id), null, 0, 0, recording.EventCount, 0);

    private static async Task SendAsync(ExplorerRequest request, IReadOnlyList<ImportResult> results, ForeignRecording? found, bool isDryRun)
    {
        const string File = "body";
        var recordings = results.Select((result, i) => new ImportedRecordingContract(
            File,
            result.Stream.Value,
            result.ReadEvents,
            result.WrittenEvents,
            result.SharedEvents,
            result.SavedEvents,
            result.Parent?.Value,
            result.Note,
            i > 0 || found is null or { Extra.Count: 0 } ? null : found.Extra.ToDictionary(),
            i == 0 && found?.Cut is { } cut ? new FilePlaceContract(cut.Line, cut.Column) : null));
        FoundRecordingContract[]? of = found is null ? null :
        [
            new(
                File, found.Format.Name, found.Totals.Runs, found.Totals.Branches, found.Totals.Events, found.Totals.ModelCalls, found.Totals.ToolCalls,
                found.Totals.InputTokens, found.Totals.OutputTokens, found.Totals.CostUsd, found.Version),
        ];
        request.Http.Response.StatusCode = !isDryRun && results.Any(result => result.WrittenEvents > 0) ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        var answer = new ImportContract([.. recordings], results.Sum(result => result.SavedEvents), of);
        await JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.ImportContract).ConfigureAwait(false);
    }
}
