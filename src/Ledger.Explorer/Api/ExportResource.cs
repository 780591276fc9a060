using System.Buffers;
using Ledger.Explorer.Exporting;
using Ledger.Explorer.Rendering;
using Ledger.Files;

namespace Ledger.Explorer.Api;

/// <summary>A history as an event file, or as one HTML file.</summary>
internal static class ExportResource
{
    /// <summary>The form of an export that a query wants: <c>lines</c> or <c>html</c>.</summary>
    public static string FormatOf(Query query) => query.Choice("format", "lines", "lines", "html");

    public static async Task SendAsync(ExplorerRequest request)
    {
        var isFile = FormatOf(request.Query) == "html";
        var run = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        if (isFile)
        {
            await FileAnswer.SendRunAsync(request, run).ConfigureAwait(false);
            return;
        }

        var response = request.Http.Response;
        response.ContentType = AcceptedTypes.Lines;
        await foreach (var line in EventExport.ReadLinesAsync(run, request.Aborted).ConfigureAwait(false))
        {
            response.BodyWriter.Write(line.Span);
            if (response.BodyWriter.UnflushedBytes > 64 * 1024)
            {
                await response.BodyWriter.FlushAsync(request.Aborted).ConfigureAwait(false);
            }
        }

        await response.BodyWriter.FlushAsync(request.Aborted).ConfigureAwait(false);
    }
}
