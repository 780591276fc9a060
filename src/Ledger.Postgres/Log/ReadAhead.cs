using System.Threading.Channels;

namespace Ledger.Postgres.Log;

/// <summary>A page that is read whole in the background, even if its events are consumed slowly.</summary>
/// <remarks>The query never waits for the consumer of the events: its snapshot would keep dead rows from being pruned on hot streams.</remarks>
internal sealed class ReadAhead
{
    // Few enough to be consumed while they are in the processor's cache, and enough to make passing them on cheap.
    private const int EventsInChunk = 250;

    private readonly Channel<List<RecordedEvent>> _chunks = Channel.CreateUnbounded<List<RecordedEvent>>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly Task<PageRead> _reading;
    private List<RecordedEvent> _chunk = new(EventsInChunk);
    private int _taken;

    private ReadAhead(PageReader read, long next, int rows, CancellationToken cancellationToken) =>
        _reading = Task.Run(() => ReadAsync(read, next, rows, cancellationToken), CancellationToken.None);

    /// <summary>Begins to read.</summary>
    public static ReadAhead Start(PageReader read, long next, int rows, CancellationToken cancellationToken) =>
        new(read, next, rows, cancellationToken);

    /// <summary>The page, once it is read and half of its events have been taken, so that it is time for the next one.</summary>
    public PageRead? ReadAndHalfTaken =>
        _reading.IsCompletedSuccessfully && _taken * 2L >= _reading.Result.Count ? _reading.Result : null;

    /// <summary>The page when it is read.</summary>
    public Task<PageRead> Reading => _reading;

    /// <summary>The next events, or null when all are taken.</summary>
    public async ValueTask<List<RecordedEvent>?> TakeAsync(CancellationToken cancellationToken)
    {
        if (!_chunks.Reader.TryRead(out var chunk))
        {
            if (!await _chunks.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            _chunks.Reader.TryRead(out chunk);
        }

        _taken += chunk!.Count;
        return chunk;
    }

    /// <summary>Waits until the reading has ended, however it ends.</summary>
    public async Task EndAsync() =>
        await ((Task)_reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<PageRead> ReadAsync(PageReader read, long next, int rows, CancellationToken cancellationToken)
    {
        try
        {
            var page = await read(next, rows, Add, cancellationToken).ConfigureAwait(false);
            HandOver();
            _chunks.Writer.Complete();
            return page;
        }
        catch (Exception fault)
        {
            _chunks.Writer.Complete(fault);
            throw;
        }
    }

    private void Add(RecordedEvent recorded)
    {
        _chunk.Add(recorded);
        if (_chunk.Count == EventsInChunk)
        {
            HandOver();
        }
    }

    private void HandOver()
    {
        _chunks.Writer.TryWrite(_chunk);
        _chunk = new List<RecordedEvent>(EventsInChunk);
    }
}
