using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Which events of other histories a state has already: cherry-picks and rebases wrote them again there, or found that they change nothing.</summary>
/// <remarks>A copy of a copy counts too, on whatever branch the copy between them is; what only merges have in common is not looked for.</remarks>
/// <param name="store">Finds copies by their ids.</param>
/// <param name="graph">Has loaded the target.</param>
/// <param name="target">The state.</param>
internal sealed class KnownEvents(IEventStore store, MergeGraph graph, MergeState target)
{
    // Bounds a query and what it returns at once.
    private const int IdsPerQuery = 1_000;

    private readonly Dictionary<StreamName, long> _contents = graph.ContentsOf(target);
    private readonly List<(RecordedEvent Event, MergeState Source)> _carries = [.. graph.Carries];

    /// <summary>The known ones of some events, each with the id that it has there: its own if nothing was written for it.</summary>
    public async Task<Dictionary<Guid, Guid>> FindAsync(IEnumerable<RecordedEvent> events, CancellationToken cancellationToken)
    {
        var known = new Dictionary<Guid, Guid>();
        if (_carries.Count == 0)
        {
            return known;
        }

        var unchanged = _carries.Where(c => IsInTarget(c.Event)).SelectMany(c => UnchangedBy(c.Event)).ToHashSet();
        var open = events.DistinctBy(e => e.Id).ToList();
        var originals = open.ToDictionary(e => e.Id, e => e.Id);
        while (open.Count > 0)
        {
            foreach (var recorded in open.Where(e => unchanged.Contains(e.Id)))
            {
                known.TryAdd(originals[recorded.Id], recorded.Id);
            }

            var copies = await FindCopiesAsync(open, cancellationToken).ConfigureAwait(false);
            open = [];
            foreach (var (of, copy) in copies)
            {
                var original = originals[of.Id];
                if (IsInTarget(copy))
                {
                    known[original] = copy.Id;
                }

                if (originals.TryAdd(copy.Id, original))
                {
                    open.Add(copy);
                }
            }
        }

        return known;
    }

    // The data may have been masked since, or imported.
    private static IEnumerable<Guid> UnchangedBy(RecordedEvent carry) => carry.Data switch
    {
        BranchPicked picked => picked.Unchanged ?? [],
        BranchRebased rebased => rebased.Unchanged ?? [],
        _ => [],
    };

    private bool IsInTarget(RecordedEvent recorded) => recorded.Version.Value <= _contents.GetValueOrDefault(recorded.Stream);

    private async Task<List<(RecordedEvent Of, RecordedEvent Copy)>> FindCopiesAsync(
        IReadOnlyList<RecordedEvent> events,
        CancellationToken cancellationToken)
    {
        var streams = _carries.Select(c => c.Event.Stream).Distinct().ToList();
        var named = events.SelectMany(e => streams.Select(s => (Of: e, Id: EventIds.OfCarried(s, e.Id, 0)))).ToList();
        var foreign = events.SelectMany(ForeignCopiesOf).ToList();
        var found = await FindAsync(named.Select(n => n.Id).Concat(foreign.Select(f => f.Id)), cancellationToken).ConfigureAwait(false);
        foreign.RemoveAll(f => !found.TryGetValue(f.Id, out var copy) || copy.Version.Value >= f.Rebased.Version.Value);
        var later = await FindAsync(foreign.SelectMany(f => f.Later).Select(l => l.Id), cancellationToken).ConfigureAwait(false);
        foreign.RemoveAll(f => f.Later.Any(l => later.TryGetValue(l.Id, out var other) && other.Version.Value <= l.Upto));
        return
        [
            .. named.Where(n => found.ContainsKey(n.Id)).Select(n => (n.Of, found[n.Id])),
            .. foreign.Select(f => (f.Of, found[f.Id])),
        ];
    }

    /// <summary>What a rebase wrote for an event with a foreign id has an id made of that one, if the last segment that has such an event is the event's own.</summary>
    private IEnumerable<(RecordedEvent Of, Guid Id, RecordedEvent Rebased, List<(Guid Id, long Upto)> Later)> ForeignCopiesOf(RecordedEvent original)
    {
        if (original.Metadata.ForeignId is not { } foreignId)
        {
            yield break;
        }

        foreach (var (rebased, source) in _carries.Where(c => c.Event.Type == "branch.rebased" && c.Source.History is not null))
        {
            var segments = source.Segments().ToList();
            var own = segments.FindIndex(s => s.Stream == original.Stream && original.Version.Value <= s.Upto);
            if (own >= 0)
            {
                yield return (
                    original,
                    EventIds.FromForeign(rebased.Stream, foreignId),
                    rebased,
                    [.. segments.Skip(own + 1).Select(s => (EventIds.FromForeign(s.Stream, foreignId), s.Upto))]);
            }
        }
    }

    private async Task<Dictionary<Guid, RecordedEvent>> FindAsync(IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, RecordedEvent>();
        foreach (var batch in ids.Distinct().Chunk(IdsPerQuery))
        {
            foreach (var recorded in await store.FindEventsAsync(batch, cancellationToken).ConfigureAwait(false))
            {
                found.TryAdd(recorded.Id, recorded);
            }
        }

        return found;
    }
}
