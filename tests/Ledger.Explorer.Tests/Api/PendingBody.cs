using System.Net;

namespace Ledger.Explorer.Tests.Api;

/// <summary>A body that its client has not ended yet.</summary>
internal sealed class PendingBody : HttpContent
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PendingBody(string type) => Headers.ContentType = new(type);

    /// <summary>Ends it.</summary>
    public void End() => _end.SetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync("[]"u8.ToArray());
        await stream.FlushAsync();
        await _end.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
