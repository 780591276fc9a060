using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ledger.Explorer.Api;

/// <summary>The entity tag of an answer without one: a hash of its content, so that a client which has it already gets 304 instead.</summary>
/// <remarks>
/// An answer is held back up to 16 MiB for it if it is JSON, which is made in memory anyway, others up to 4 MiB; a longer one is sent while it is made, without a tag. What is held back is dropped if the answer
/// fails, so its client gets the failure instead of half of the answer. Live events are sent as they come. The tag is of the content, and not of the length of a history: payloads
/// are masked, keys forgotten and events restored in places that were read before.
/// </remarks>
internal static class ContentTag
{
    private const int MostBytes = 16 * 1024 * 1024;
    private const int MostBytesOfOthers = 4 * 1024 * 1024;

    public static async Task AnswerAsync(ExplorerRequest request, Func<ExplorerRequest, Task> answer)
    {
        var http = request.Http;
        if ((!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method)) || http.WantsLive())
        {
            await answer(request).ConfigureAwait(false);
            return;
        }

        var original = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var held = new HeldStream(original.Stream, () => http.Response.ContentType == "application/json" ? MostBytes : MostBytesOfOthers);
        await using var _ = held.ConfigureAwait(false);
        var holding = new StreamResponseBodyFeature(held, original);
        http.Features.Set<IHttpResponseBodyFeature>(holding);
        try
        {
            await answer(request).ConfigureAwait(false);
            await holding.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            http.Features.Set(original);
        }

        if (held.Content is { } content && !IsKnown(http, content) && content.Length > 0)
        {
            await http.Response.Body.WriteAsync(content, request.Aborted).ConfigureAwait(false);
        }
    }

    private static bool IsKnown(HttpContext http, ReadOnlyMemory<byte> content)
    {
        if (http.Response.StatusCode != StatusCodes.Status200OK || http.Response.Headers.ETag.Count > 0)
        {
            return false;
        }

        // Weak, because it is the same however the answer is compressed.
        var tag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(content.Span))[..24]}\"";
        return EntityTags.IsKnown(http, tag);
    }

    /// <summary>Holds what is written to it, until it is too much; then it passes that and everything else on.</summary>
    private sealed class HeldStream(Stream next, Func<int> most) : Stream
    {
        private MemoryStream? _held = new();

        /// <summary>What was written, if it was held back.</summary>
        public ReadOnlyMemory<byte>? Content => _held is { } held ? Of(held) : default(ReadOnlyMemory<byte>?);

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_held is { } held)
            {
                if (held.Length + buffer.Length <= most())
                {
                    held.Write(buffer.Span);
                    return;
                }

                _held = null;
                await next.WriteAsync(Of(held), cancellationToken).ConfigureAwait(false);
            }

            await next.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => _held is null ? next.FlushAsync(cancellationToken) : Task.CompletedTask;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Answers are written asynchronously.");

        private static ReadOnlyMemory<byte> Of(MemoryStream held) => held.GetBuffer().AsMemory(0, (int)held.Length);
    }
}
