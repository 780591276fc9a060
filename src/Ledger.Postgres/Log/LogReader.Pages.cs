using System.Runtime.CompilerServices;

namespace Ledger.Postgres.Log;

/// <content>Reading ahead.</content>
internal sealed partial class LogReader
{
    /// <summary>Reads page after page. After the first, which is small, the server works on the next page while the current one is consumed.</summary>
    /// <remarks>
    /// At most two pages are in memory. On a connection of the caller each page is read whole before its first event is returned,
    /// because the caller may use the connection between two events.
    /// </remarks>
    private async IAsyncEnumerable<List<RecordedEvent>> ReadChunksAsync(
        long from,
        PageReader read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var size = default(PageSize);
        var page = new PageRead(0, 0, from, IsLast: false);
        do
        {
            var events = new List<RecordedEvent>();
            page = await read(page.Next, size.Rows, events.Add, cancellationToken).ConfigureAwait(false);
            size = size.After(page.Count, page.Bytes);
            yield return events;
        }
        while (!page.IsLast && !context.Connections.IsPool);

        if (page.IsLast)
        {
            yield break;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var current = ReadAhead.Start(read, page.Next, size.Rows, stop.Token);
        ReadAhead? ahead = null;
        try
        {
            while (true)
            {
                while (await current.TakeAsync(cancellationToken).ConfigureAwait(false) is { } chunk)
                {
                    if (ahead is null && current.ReadAndHalfTaken is { IsLast: false } done)
                    {
                        ahead = Next(done);
                    }

                    yield return chunk;
                }

                page = await current.Reading.ConfigureAwait(false);
                if (page.IsLast)
                {
                    yield break;
                }

                current = ahead ?? Next(page);
                ahead = null;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await current.EndAsync().ConfigureAwait(false);
            await (ahead?.EndAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        }

        ReadAhead Next(PageRead done)
        {
            size = size.After(done.Count, done.Bytes);
            return ReadAhead.Start(read, done.Next, size.Rows, stop.Token);
        }
    }
}
