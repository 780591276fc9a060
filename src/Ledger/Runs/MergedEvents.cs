using System.Runtime.CompilerServices;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>The events of other histories that merges, cherry-picks and rebases took what they wrote from, without those that the history has itself.</summary>
internal sealed class MergedEvents
{
    private readonly IEventStore _store;
    private readonly Dictionary<StreamName, (long After, long Upto)> _parts = [];

    private MergedEvents(IEventStore store) => _store = store;

    public static async Task<MergedEvents> LoadAsync(Run run, CauseScope scope, CancellationToken cancellationToken)
    {
        var graph = new MergeGraph(run.Store);
        await graph.LoadAsync([run.History], cancellationToken).ConfigureAwait(false);
        var whole = new MergeState(run.History, new Position(long.MaxValue));
        var own = whole.Segments().ToDictionary(s => s.Stream, s => s.Upto);
        var merged = new MergedEvents(run.Store);
        foreach (var (stream, upto) in graph.OriginsOf(whole))
        {
            var after = own.GetValueOrDefault(stream);
            if (after < upto)
            {
                merged._parts.Add(stream, (after, upto));
                scope.AddMerged(graph.HistoryOf(stream));
            }
        }

        return merged;
    }

    public bool Contains(RecordedEvent recorded) =>
        _parts.TryGetValue(recorded.Stream, out var part) && recorded.Version.Value > part.After && recorded.Version.Value <= part.Upto;

    public async IAsyncEnumerable<RecordedEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (stream, (after, upto)) in _parts)
        {
            var events = _store.ReadForwardAsync(stream, new StreamVersion(after + 1), new StreamVersion(upto), cancellationToken);
            await foreach (var recorded in events.ConfigureAwait(false))
            {
                yield return recorded;
            }
        }
    }
}
