using System.Threading.Channels;

namespace Ledger.Explorer.Live;

/// <summary>Someone who follows a run: a queue of updates, from the length at which the following began.</summary>
/// <remarks>A viewer that does not take its updates is let go; its browser comes back, and says where it was.</remarks>
internal sealed class Viewer(Position begin, Action<Viewer> leave) : IDisposable
{
    private const int MostWaiting = 64;

    private readonly Channel<LiveUpdate> _updates = Channel.CreateBounded<LiveUpdate>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true });

    /// <summary>The length of the run where the updates begin.</summary>
    public Position Begin { get; } = begin;

    public ChannelReader<LiveUpdate> Updates => _updates.Reader;

    public void Give(LiveUpdate update)
    {
        if (!_updates.Writer.TryWrite(update))
        {
            _updates.Writer.TryComplete();
        }
    }

    public void Dispose() => leave(this);
}
