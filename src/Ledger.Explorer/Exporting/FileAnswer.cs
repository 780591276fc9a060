using Ledger.Explorer.Chat;
using Ledger.Explorer.Comparing;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Pictures;
using Ledger.Explorer.Rendering;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Exporting;

/// <summary>Sends a run or a comparison as one HTML file, which opens without a server and asks for nothing.</summary>
internal static class FileAnswer
{
    // The costs of a run that was never looked at are left out if they would take longer.
    private const long MostRead = 50_000;

    public static async Task SendRunAsync(ExplorerRequest request, Run run)
    {
        var explorer = request.Explorer;
        using var place = explorer.RoomForExports.Enter(static () => new TooManyExportsException());
        var stream = await request.DescribeAsync(run.StreamName).ConfigureAwait(false);
        var length = run.History.LengthAt(stream.Version);
        var counts = await explorer.Search.CountEventsAsync(run.History, Position.Start, length, TimelinePicture.Slices, request.Aborted).ConfigureAwait(false);
        var (events, bytes, turns, conversation) = (new List<FileEvent>(), 0L, new List<ChatTurn>(), new Conversation());
        await foreach (var recorded in run.ReadAsync(Position.Start, new Position(Math.Min(length.Value, RunFileModel.MostEvents)), request.Aborted).ConfigureAwait(false))
        {
            var (shown, isSaid) = (FileEvent.Of(recorded), Conversation.Types.Contains(recorded.Type, StringComparer.Ordinal));
            bytes += shown.Bytes + (isSaid ? recorded.Json.Length : 0);
            if (bytes > RunFileModel.MostBytes && events.Count > 0)
            {
                break;
            }

            events.Add(shown);
            if (isSaid)
            {
                turns.Add(conversation.Take(recorded));
            }
        }

        var found = await explorer.Summaries.FindAllAsync([run.StreamName], MostRead, request.Aborted).ConfigureAwait(false);
        await SendAsync<RunFile>(request, NameOf(run.StreamName.Value), new RunFileModel
        {
            Stream = stream,
            Branch = await explorer.Ledger.Store.GetBranchAsync(run.StreamName, request.Aborted).ConfigureAwait(false),
            Length = length,
            Summary = found is [var summary, ..] ? summary : null,
            Timeline = TimelinePicture.Draw(counts, Position.Start, length, byActor: false, PictureFrame.Page, []),
            Turns = turns,
            Events = events,
            World = await explorer.Worlds.ReadAsync(run, length, request.Aborted).ConfigureAwait(false),
        }).ConfigureAwait(false);
    }

    public static Task SendComparisonAsync(ExplorerRequest request, Comparison compared) =>
        SendAsync<ComparisonFile>(request, "comparison", ComparisonModel.Whole(compared, request.Aborted));

    private static async Task SendAsync<TComponent>(ExplorerRequest request, string name, object model)
        where TComponent : IComponent
    {
        var context = new PageContext(request.Links, request.Explorer.Options.Title, null, null) { IsFile = true };
        var facts = new FileFacts(request.Explorer.TimeProvider.GetUtcNow());
        var html = await PageRenderer.RenderAsync<TComponent>(request.Explorer.Loggers, context, model, facts).ConfigureAwait(false);
        var response = request.Http.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = html.Length;
        response.Headers.ContentDisposition = $"attachment; filename=\"{name}.html\"";
        response.Headers.ContentSecurityPolicy = FileShell.Policy;
        if (!HttpMethods.IsHead(request.Http.Request.Method))
        {
            await response.Body.WriteAsync(html, request.Aborted).ConfigureAwait(false);
        }
    }

    // Names may contain any character, and files may not.
    private static string NameOf(string stream) =>
        string.Concat(stream.Take(80).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')).TrimStart('.');
}
