using System.Globalization;
using System.Text.Json;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Rerunning;

/// <summary>The page that changes an event, and what its form does.</summary>
internal static class ChangeForm
{
    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = 1_024 };

    /// <summary>The form with the event as it is.</summary>
    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        request.CheckWriting();
        var run = await request.OpenRunAsync().ConfigureAwait(false);
        var position = request.Query.Position("position") ?? throw new BadRequestException("The query lacks 'position' of an event.");
        var recorded = await Events.EventReader.AtAsync(run, position, request.Aborted).ConfigureAwait(false);
        if (ChangeModel.IsStructure(recorded.Type))
        {
            throw new BadRequestException($"The event at position {position} is '{recorded.Type}', which describes the branch and cannot be changed. Fork before it instead.");
        }

        return recorded.Json.Length > ChangeModel.MostEdited
            ? throw new ConflictException(
                $"The event at position {position} has {DisplayText.Size(recorded.Json.Length)}, and {DisplayText.Size(ChangeModel.MostEdited)} are the most that can be edited here. "
                + "POST /api/v1/streams/{stream}/changes takes any.")
            : Page.Of<ChangePage>(new ChangeModel(run.StreamName, recorded, JsonForEditing.Of(recorded), null, null, request.Explorer.Runner is not null));
    }

    /// <summary>Changes and runs on, or runs on a branch that is there; goes to the branch, or shows why that was not done.</summary>
    public static async Task<Page?> TakeAsync(ExplorerRequest request)
    {
        await request.Explorer.Forgery.CheckAsync(request.Http).ConfigureAwait(false);
        var form = await request.Http.Request.ReadFormAsync(request.Aborted).ConfigureAwait(false);
        var stream = Query.StreamNameOf(form["stream"].ToString());
        return form["act"].ToString() switch
        {
            "change" => await ChangeAsync(request, stream, form).ConfigureAwait(false),
            "run" => await RunOnAsync(request, () => Reruns.RunOnAsync(request, stream, LengthOf(form))).ConfigureAwait(false),
            var act => throw new BadRequestException($"'act' must be change or run, but was '{DisplayText.Cut(act, 60)}'."),
        };
    }

    private static async Task<Page?> ChangeAsync(ExplorerRequest request, StreamName stream, IFormCollection form)
    {
        if (!long.TryParse(form["position"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var position))
        {
            throw new BadRequestException("The position of the event must be a whole number from 0.");
        }

        var (text, name) = (form["data"].ToString(), form["name"].ToString().Trim() is { Length: > 0 } given ? Query.Checked("name", given) : null);
        BranchChange made;
        try
        {
            using var document = JsonDocument.Parse(text, Depth);
            made = await Reruns.ChangeAsync(request, stream, new Position(position), document.RootElement.Clone(), null, name).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is JsonException or InvalidEventException or WorldFaultException)
        {
            // What was typed is not lost.
            var run = await request.Explorer.Ledger.OpenAsync(stream, request.Aborted).ConfigureAwait(false);
            var recorded = await Events.EventReader.AtAsync(run, new Position(position), request.Aborted).ConfigureAwait(false);
            var sentence = fault is JsonException json ? $"This is not JSON: {Sentence(json)}" : fault.Message;
            return Page.Of<ChangePage>(
                new ChangeModel(stream, recorded, text, name, $"{sentence} No branch was made.", request.Explorer.Runner is not null),
                fault is WorldFaultException ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status400BadRequest);
        }

        if (request.Explorer.Runner is null)
        {
            GoTo(request, made.Branch.Stream);
            return null;
        }

        return await RunOnAsync(request, () => Reruns.RunOnAsync(request, made)).ConfigureAwait(false);
    }

    private static async Task<Page?> RunOnAsync(ExplorerRequest request, Func<Task<RunContinuation>> ask)
    {
        try
        {
            GoTo(request, (await ask().ConfigureAwait(false)).Stream);
            return null;
        }
        catch (RunnerFailedException failed)
        {
            return Page.Of<NotRunPage>(new NotRunModel(failed.Stream, failed.Length, failed.Message), StatusCodes.Status502BadGateway);
        }
    }

    private static Position? LengthOf(IFormCollection form) => form["length"].ToString() is not { Length: > 0 } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? new Position(length)
        : throw new BadRequestException("The length must be a whole number from 0.");

    private static void GoTo(ExplorerRequest request, StreamName stream)
    {
        request.Http.Response.StatusCode = StatusCodes.Status303SeeOther;
        request.Http.Response.Headers.Location = request.Links.Run(stream, ("from", "last"));
    }

    private static string Sentence(JsonException fault) => string.Create(
        CultureInfo.InvariantCulture, $"line {(fault.LineNumber ?? 0) + 1}, {fault.Message.Split(" LineNumber:", 2)[0].Split(" Path:", 2)[0]}");
}
