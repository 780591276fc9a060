using System.Buffers;
using Ledger.Files;

namespace Ledger.Explorer.Api;

/// <summary>A history as an event file.</summary>
internal static class ExportResource
{
    public static async Task SendAsync(ExplorerRequest request)
    {
        var run = await StreamResource.OpenAsync(request).ConfigureAwait(false);
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
