using System.IO.Compression;
using Ledger.Explorer.Failures;
using Ledger.Seal;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Seals;

/// <summary>The sealed log as monitors and witnesses read it: https://c2sp.org/tlog-tiles.</summary>
internal static class SealResource
{
    public static async Task SendCheckpointAsync(ExplorerRequest request)
    {
        var note = await SealOf(request).FindCheckpointAsync(request.Aborted).ConfigureAwait(false) ?? throw new NotFoundException("The log has no checkpoint yet.");
        var response = request.Http.Response;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        await response.WriteAsync(note.ToString(), request.Aborted).ConfigureAwait(false);
    }

    public static async Task SendTileAsync(ExplorerRequest request)
    {
        var path = request.Http.Request.RouteValues["rest"] as string ?? "";
        var isOfEntries = path.StartsWith("entries/", StringComparison.Ordinal);
        var seal = isOfEntries ? await ProvingSealOfAsync(request).ConfigureAwait(false) : SealOf(request);
        var tile = await seal.FindTileAsync(path, request.Aborted).ConfigureAwait(false) ?? throw new NotFoundException("No checkpoint has this tile.");
        var response = request.Http.Response;
        response.ContentType = "application/octet-stream";
        if (isOfEntries)
        {
            // Hashes do not compress, and entries do.
            response.Headers.Vary = "Accept-Encoding";
            if (request.Http.Request.GetTypedHeaders().AcceptEncoding.Any(encoding => encoding.Value == "gzip" && encoding.Quality is not 0))
            {
                tile = await CompressedAsync(tile, request.Aborted).ConfigureAwait(false);
                response.Headers.ContentEncoding = "gzip";
            }
        }

        response.ContentLength = tile.Length;
        // Entries have names and times, which a cache between must not keep for others.
        response.Headers.CacheControl = isOfEntries ? "private, max-age=31536000, immutable" : "public, max-age=31536000, immutable";
        if (!HttpMethods.IsHead(request.Http.Request.Method))
        {
            await response.Body.WriteAsync(tile, request.Aborted).ConfigureAwait(false);
        }
    }

    /// <summary>A run or branch with the proofs of all of its events, for <c>ledger seal verify</c>.</summary>
    public static async Task SendBundleAsync(ExplorerRequest request)
    {
        var seal = await ProvingSealOfAsync(request).ConfigureAwait(false);
        var stream = (await request.DescribeAsync(new StreamName((string)request.Http.Request.RouteValues["stream"]!)).ConfigureAwait(false)).Name;
        if (await seal.FindRunAsync(stream, request.Aborted).ConfigureAwait(false) is not { Version: > 0 })
        {
            throw new NotFoundException($"No checkpoint has the events of '{stream}' yet.");
        }

        var response = request.Http.Response;
        response.ContentType = "application/jsonl; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = "attachment";
        if (!HttpMethods.IsHead(request.Http.Request.Method))
        {
            await seal.WriteRunAsync(stream, response.Body, null, request.Aborted).ConfigureAwait(false);
        }
    }

    private static async Task<byte[]> CompressedAsync(byte[] tile, CancellationToken cancellationToken)
    {
        using var compressed = new MemoryStream();
        var gzip = new GZipStream(compressed, CompressionLevel.Fastest);
        await using (gzip.ConfigureAwait(false))
        {
            await gzip.WriteAsync(tile, cancellationToken).ConfigureAwait(false);
        }

        return compressed.ToArray();
    }

    private static async Task<LogSeal> ProvingSealOfAsync(ExplorerRequest request) =>
        SealOf(request) is var seal && await seal.MayProveAsync(request.Aborted).ConfigureAwait(false) ? seal : throw new ProvingRefusedException();

    private static LogSeal SealOf(ExplorerRequest request) =>
        request.Explorer.Seal ?? throw new NotFoundException($"This application does not offer the seal. Register a {nameof(LogSeal)}.");
}
