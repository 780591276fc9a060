using Ledger.Explorer.Rendering;
using Ledger.Log;
using Ledger.Runs;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Runs;

/// <summary>Renames, labels and archives runs as a form or the API asks.</summary>
/// <remarks>The events of a request with a key have an id that follows from it, so another server that gets the request again writes nothing.</remarks>
internal static class RunChanges
{
    public static async Task ChangeAsync(ExplorerRequest request)
    {
        request.CheckWriting();
        await request.Explorer.Forgery.CheckAsync(request.Http).ConfigureAwait(false);
        var form = await request.Http.Request.ReadFormAsync(request.Aborted).ConfigureAwait(false);
        var run = await request.Explorer.Ledger.OpenAsync(Query.StreamNameOf(form["stream"].ToString()), request.Aborted).ConfigureAwait(false);
        switch (form["act"].ToString())
        {
            case "rename":
                await RenameAsync(request, run, Query.Checked("title", form["title"].ToString().Trim())).ConfigureAwait(false);
                break;
            case "label":
                await LabelAsync(request, run, Query.Checked("labels", form["labels"].ToString())).ConfigureAwait(false);
                break;
            case "archive":
                await request.Explorer.Ledger.Store.ArchiveAsync(run.StreamName, request.Aborted).ConfigureAwait(false);
                break;
            case var act:
                throw new BadRequestException($"'act' must be rename, label or archive, but was '{DisplayText.Cut(act, 60)}'.");
        }

        request.Http.Response.StatusCode = StatusCodes.Status303SeeOther;
        request.Http.Response.Headers.Location = request.Links.Run(run.StreamName);
    }

    /// <summary>Renames, with the authenticated user of the application as actor.</summary>
    public static Task<Position> RenameAsync(ExplorerRequest request, Run run, string title) =>
        RefusingAsync(() => run.RenameAsync(title, MetadataOf(request), request.Key?.IdOf(), request.Aborted));

    /// <summary>Labels, with the authenticated user of the application as actor.</summary>
    public static Task<Position> LabelAsync(ExplorerRequest request, Run run, IReadOnlyList<string> added, IReadOnlyList<string> removed) =>
        RefusingAsync(() => run.LabelAsync(added, removed, MetadataOf(request), request.Key?.IdOf(), request.Aborted));

    /// <summary>The labels that a text with commas can list; a rule of the application may give others, which a form leaves as they are.</summary>
    public static IReadOnlyList<string> Editable(RunSummary? summary) =>
        [.. summary?.Labels.Where(label => !label.Contains(',', StringComparison.Ordinal)) ?? []];

    /// <summary>Gives a run those labels that a text lists, and no others.</summary>
    private static async Task LabelAsync(ExplorerRequest request, Run run, string labels)
    {
        string[] wanted = [.. labels.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)];
        var known = Editable(await run.GetSummaryAsync(request.Aborted).ConfigureAwait(false));
        string[] added = [.. wanted.Except(known, StringComparer.Ordinal)];
        string[] removed = [.. known.Except(wanted, StringComparer.Ordinal)];
        if (added.Length + removed.Length > 0)
        {
            await LabelAsync(request, run, added, removed).ConfigureAwait(false);
        }
    }

    private static EventMetadata MetadataOf(ExplorerRequest request) => new() { Actor = request.Http.User.Identity?.Name, Source = "ledger-explorer" };

    private static async Task<Position> RefusingAsync(Func<Task<Position>> change)
    {
        try
        {
            return await change().ConfigureAwait(false);
        }
        catch (ArgumentException fault)
        {
            throw new BadRequestException(fault.Message.Split(" (Parameter", 2)[0]);
        }
    }
}
