using System.Threading.Channels;

namespace Ledger.Explorer.Live;

/// <summary>A client that follows a run: a queue of updates, starting at the length at which it began to follow.</summary>
/// <remarks>A viewer that does not keep up loses the oldest updates of its queue; it sees the gap, and reads those events itself.</remarks>
internal sealed class Viewer(Position begin, Action<Viewer> leave) : IDisposable
{
    private const int MostWaiting = 16;

    private readonly Channel<LiveUpdate> _updates = Channel.CreateBounded<LiveUpdate>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>The length of the run at which the updates begin.</summary>
    public Position Begin { get; } = begin;

    public ChannelReader<LiveUpdate> Updates => _updates.Reader;

    public void Give(LiveUpdate update) => _updates.Writer.TryWrite(update);

    public void Dispose() => leave(this);
}
