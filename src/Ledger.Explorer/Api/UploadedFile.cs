using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ledger.Explorer.Api;

/// <summary>The body of a request in a temporary file, which is deleted with it.</summary>
internal sealed class UploadedFile : IDisposable
{
    private UploadedFile(string path) => Path = path;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Reads the body, which may be compressed with gzip.</summary>
    /// <exception cref="BadHttpRequestException">It is larger than the options allow, or encoded otherwise.</exception>
    public static async Task<UploadedFile> OfAsync(ExplorerRequest request)
    {
        var most = request.Explorer.Options.MaxUploadBytes;
        if (request.Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = most;
        }

        if (request.Http.Request.ContentLength > most)
        {
            throw TooLarge(most);
        }

        var file = new UploadedFile(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"ledger-upload-{Guid.NewGuid():N}"));
        try
        {
            var target = new FileStream(file.Path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
            await using var _ = target.ConfigureAwait(false);
            await CopyAsync(BodyOf(request), target, most, request.Aborted).ConfigureAwait(false);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => File.Delete(Path);

    private static Stream BodyOf(ExplorerRequest request) => request.Http.Request.Headers.ContentEncoding.ToString() switch
    {
        "" or "identity" => request.Http.Request.Body,
        "gzip" => new GZipStream(request.Http.Request.Body, CompressionMode.Decompress, leaveOpen: true),
        var other => throw new BadHttpRequestException(
            $"The content encoding must be gzip, or there must be none, but it was '{Rendering.DisplayText.Cut(other, 60)}'.", StatusCodes.Status415UnsupportedMediaType),
    };

    private static async Task CopyAsync(Stream body, FileStream target, long most, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        var length = 0L;
        try
        {
            for (int read; (read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                length += read;
                if (length > most)
                {
                    throw TooLarge(most);
                }

                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (InvalidDataException fault)
        {
            throw new Rendering.BadRequestException($"The body is not valid gzip: {fault.Message}");
        }
    }

    private static BadHttpRequestException TooLarge(long most) =>
        new($"The file has more than {most:N0} bytes, the most that is taken. Nothing was written.", StatusCodes.Status413PayloadTooLarge);
}
