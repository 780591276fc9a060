using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>The body of a request in a temporary file, which this user alone may read and which is deleted with it.</summary>
internal sealed class UploadedFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly UploadRoom _room;

    private UploadedFile(FileStream stream, UploadRoom room) => (_stream, _room) = (stream, room);

    /// <summary>Where it is.</summary>
    public string Path => _stream.Name;

    /// <summary>Reads the body, which may be compressed with gzip.</summary>
    /// <param name="request">The request.</param>
    /// <param name="most">The most bytes, before and after decompression.</param>
    /// <param name="room">The room that it takes a place of.</param>
    /// <exception cref="BadHttpRequestException">It is larger, or encoded otherwise.</exception>
    /// <exception cref="Failures.TooManyUploadsException">Others are being taken.</exception>
    public static async Task<UploadedFile> OfAsync(ExplorerRequest request, long most, UploadRoom room)
    {
        if (request.Http.Request.ContentLength > most)
        {
            throw TooLarge(most);
        }

        var body = BodyOf(request);
        if (!room.TryEnter())
        {
            throw new Failures.TooManyUploadsException();
        }

        UploadedFile? file = null;
        try
        {
            file = new UploadedFile(new FileStream(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"ledger-upload-{Environment.ProcessId}-{Guid.NewGuid():N}"), Options()), room);
            await CopyAsync(body, file._stream, most, request.Aborted).ConfigureAwait(false);
            await file._stream.FlushAsync(request.Aborted).ConfigureAwait(false);
            return file;
        }
        catch
        {
            if (file is null)
            {
                room.Leave();
            }

            file?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _room.Leave();
    }

    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
            BufferSize = 1 << 16,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private static Stream BodyOf(ExplorerRequest request) => request.Http.Request.Headers.ContentEncoding.ToString().ToLowerInvariant() switch
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
