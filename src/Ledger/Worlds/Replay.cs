using System.Diagnostics;
using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>Folds a history from its first event, and compares the stored worlds on the way.</summary>
internal sealed class Replay(StreamName stream, IReadOnlyList<StoredWorld> stored, WorldFaults faults)
{
    private readonly Queue<StoredWorld> _waiting = new(stored.OrderBy(s => s.Position.Value));
    private readonly List<ReplayComparison> _comparisons = [];
    private readonly WorldFold _fold = new(faults);

    public static async Task<ReplayReport> RunAsync(
        IEventStore store,
        History history,
        Position? at,
        WorldFaults faults,
        Func<IAsyncEnumerable<RecordedEvent>> read,
        CancellationToken cancellationToken)
    {
        var stored = await StoredWorld.FindAsync(store, history, at, cancellationToken).ConfigureAwait(false);
        return await new Replay(history.Stream, stored, faults).FoldAsync(read(), cancellationToken).ConfigureAwait(false);
    }

    private async Task<ReplayReport> FoldAsync(IAsyncEnumerable<RecordedEvent> events, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        Compare(null);
        await foreach (var recorded in events.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            _fold.Apply(recorded);
            Compare(recorded.Id);
        }

        _comparisons.AddRange(_waiting.Select(s => s.Beyond(_fold.Position)));
        return new ReplayReport(stream, _fold.ToWorld(), Stopwatch.GetElapsedTime(start), _comparisons);
    }

    private void Compare(Guid? lastEventId)
    {
        while (_waiting.TryPeek(out var next) && next.Position == _fold.Position)
        {
            _comparisons.Add(_waiting.Dequeue().Compare(_fold.ToWorld(), lastEventId));
        }
    }
}
