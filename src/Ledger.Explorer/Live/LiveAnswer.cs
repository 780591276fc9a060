using System.Globalization;

namespace Ledger.Explorer.Live;

/// <summary>Sends the updates of a run as server-sent events until the client disconnects.</summary>
internal static class LiveAnswer
{
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(15);

    /// <summary>Sends rows for the page of a run.</summary>
    public static async Task SendToPageAsync(ExplorerRequest request)
    {
        var run = await request.OpenRunAsync().ConfigureAwait(false);
        await SendAsync(request, run, update => update.ForPagesAsync(request.Links, request.Explorer.Loggers)).ConfigureAwait(false);
    }

    /// <summary>Sends events as the API writes them.</summary>
    public static Task SendToProgramAsync(ExplorerRequest request, Run run) => SendAsync(request, run, update => update.ForProgramsAsync());

    private static async Task SendAsync(ExplorerRequest request, Run run, Func<LiveUpdate, Task<ReadOnlyMemory<byte>>> form)
    {
        var from = FromOf(request);
        using var viewer = await request.Explorer.Follower.FollowAsync(run, request.Aborted).ConfigureAwait(false);
        var response = request.Http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        await response.Body.WriteAsync("retry: 1000\n\n"u8.ToArray(), request.Aborted).ConfigureAwait(false);
        var missed = await RunFollower.ReadMissedAsync(run, from ?? viewer.Begin, viewer.Begin, request.Aborted).ConfigureAwait(false);
        if (missed is not null)
        {
            await response.Body.WriteAsync(await form(missed).ConfigureAwait(false), request.Aborted).ConfigureAwait(false);
        }

        await response.Body.FlushAsync(request.Aborted).ConfigureAwait(false);
        while (await NextAsync(viewer, request).ConfigureAwait(false) is { } message)
        {
            var bytes = message.Length == 0 ? ": still here\n\n"u8.ToArray() : await form(message[0]).ConfigureAwait(false);
            await response.Body.WriteAsync(bytes, request.Aborted).ConfigureAwait(false);
            await response.Body.FlushAsync(request.Aborted).ConfigureAwait(false);
        }
    }

    /// <summary>The next update, an empty one after a long silence, or null if the viewer is disconnected.</summary>
    private static async Task<LiveUpdate[]?> NextAsync(Viewer viewer, ExplorerRequest request)
    {
        if (viewer.Updates.TryRead(out var update))
        {
            return [update];
        }

        try
        {
            var waiting = viewer.Updates.WaitToReadAsync(request.Aborted).AsTask();
            var isThere = await waiting.WaitAsync(SignOfLife, request.Explorer.TimeProvider, request.Aborted).ConfigureAwait(false);
            return isThere && viewer.Updates.TryRead(out update) ? [update] : null;
        }
        catch (TimeoutException)
        {
            return [];
        }
    }

    // A browser that reconnects sends the last id it saw.
    private static Position? FromOf(ExplorerRequest request)
    {
        var last = request.Http.Request.Headers["Last-Event-ID"].ToString();
        return long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var seen)
            ? new Position(seen)
            : request.Query.Position("from");
    }
}
