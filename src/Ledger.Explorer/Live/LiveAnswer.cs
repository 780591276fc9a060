using System.Globalization;

namespace Ledger.Explorer.Live;

/// <summary>Sends the updates of a run as server-sent events until the client disconnects, or its token is withdrawn.</summary>
internal static class LiveAnswer
{
    // A page holds no more rows than this.
    private const int MostRows = 2_000;

    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(15);

    /// <summary>Sends rows for the page of a run, or only its length.</summary>
    public static async Task SendToPageAsync(ExplorerRequest request)
    {
        var run = await request.OpenRunAsync().ConfigureAwait(false);
        var watches = request.Query.Choice("show", "rows", "rows", "length") == "length";
        await SendAsync(request, run, LiveReader.OfPage(request.Explorer, run, watches ? 0 : MostRows), async update => watches
            ? await update.ForWatchersAsync().ConfigureAwait(false)
            : await update.ForPagesAsync(request.Links, request.Explorer.Loggers).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>Sends events as the API writes them.</summary>
    public static Task SendToProgramAsync(ExplorerRequest request, Run run)
    {
        var reader = LiveReader.OfProgram(request, run);
        return SendAsync(request, run, reader, async update => update.Events.Count > 0 || reader.IsShared
            ? await update.ForProgramsAsync().ConfigureAwait(false)
            : update.Mark());
    }

    private static async Task SendAsync(ExplorerRequest request, Run run, LiveReader reader, Func<LiveUpdate, Task<ReadOnlyMemory<byte>>> form)
    {
        var from = FromOf(request);
        using var viewer = await request.Explorer.Follower.FollowAsync(run, request.Aborted).ConfigureAwait(false);
        var position = await reader.BeginAsync(from ?? viewer.Begin, request.Aborted).ConfigureAwait(false);
        var response = request.Http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        await WriteAsync("retry: 1000\n\n"u8.ToArray()).ConfigureAwait(false);
        await CatchUpAsync(viewer.Begin).ConfigureAwait(false);
        while (await NextAsync(viewer, request).ConfigureAwait(false) is { } next && request.Explorer.Access.StillAdmits(request))
        {
            if (next.Length == 0)
            {
                await WriteAsync(": still here\n\n"u8.ToArray()).ConfigureAwait(false);
            }
            else if (reader.IsShared && next[0].From == position)
            {
                await WriteAsync(await form(next[0]).ConfigureAwait(false)).ConfigureAwait(false);
                position = next[0].Length;
            }
            else
            {
                // It has its own filter, was too slow for some updates, or has a part of this one already.
                await CatchUpAsync(next[0].Length).ConfigureAwait(false);
            }
        }

        async Task CatchUpAsync(Position to)
        {
            await foreach (var update in reader.ReadAsync(position, to, request.Aborted).ConfigureAwait(false))
            {
                if (!request.Explorer.Access.StillAdmits(request))
                {
                    return;
                }

                await WriteAsync(await form(update).ConfigureAwait(false)).ConfigureAwait(false);
                position = update.Length;
            }
        }

        async Task WriteAsync(ReadOnlyMemory<byte> message)
        {
            await response.Body.WriteAsync(message, request.Aborted).ConfigureAwait(false);
            await response.Body.FlushAsync(request.Aborted).ConfigureAwait(false);
        }
    }

    /// <summary>The next update, or none after a long silence.</summary>
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
