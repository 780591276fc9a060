using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Which states of a family of histories contain which others, through forks and merges.</summary>
/// <remarks>
/// A state contains, of each stream, its first events up to a version; so what two states have in common is, for each stream, the lower of two versions. The
/// events <c>branch.merged</c> of a stream are found by their ids, without a search; so are <c>branch.picked</c> and <c>branch.rebased</c>, which make nothing
/// contained: they only say which histories causes can lead to. Not safe for concurrent use.
/// </remarks>
internal sealed class MergeGraph(IEventStore store)
{
    private const int IdsPerQuery = 1_000;

    private readonly Dictionary<StreamName, History> _histories = [];
    private readonly Dictionary<StreamName, List<(RecordedEvent Event, MergeState Source)>> _merges = [];
    private readonly Dictionary<StreamName, List<(RecordedEvent Event, MergeState Source)>> _picks = [];
    private readonly Dictionary<StreamName, int> _next = [];

    /// <summary>The number of a stream's next merge: after the last whose id is taken, whatever its event says.</summary>
    public int NextOf(StreamName stream) => _next.GetValueOrDefault(stream);

    /// <summary>The history of a stream that was loaded.</summary>
    public History HistoryOf(StreamName stream) => _histories[stream];

    /// <summary>Loads the merges of some histories, those of the histories that were merged, and so on.</summary>
    public async Task LoadAsync(IEnumerable<History> histories, CancellationToken cancellationToken)
    {
        var open = histories.ToList();
        while (open.Count > 0)
        {
            var added = open.SelectMany(Register).ToList();
            var found = await FindMergesAsync(added, cancellationToken).ConfigureAwait(false);
            var unknown = found.Select(f => f.Source).OfType<StreamName>().Where(s => !_histories.ContainsKey(s)).Distinct().ToList();
            open = unknown.Count == 0 ? [] : [.. await store.FindHistoriesAsync(unknown, cancellationToken).ConfigureAwait(false)];
            var sources = open.ToDictionary(h => h.Stream);
            foreach (var (recorded, source, at) in found)
            {
                // A source that no longer exists, or that the event does not name, adds nothing that could be read.
                var history = source is { } name ? _histories.GetValueOrDefault(name) ?? sources.GetValueOrDefault(name) : null;
                (recorded.Type == "branch.merged" ? _merges : _picks)[recorded.Stream].Add((recorded, new MergeState(history, at)));
            }
        }
    }

    /// <summary>What a state contains: of each stream, up to which version.</summary>
    public Dictionary<StreamName, long> ContentsOf(MergeState state) => ReachOf(state, stream => _merges.GetValueOrDefault(stream, []));

    /// <summary>What the causes of a state's events can lead to: what it contains, and the histories that its events were picked from.</summary>
    public Dictionary<StreamName, long> OriginsOf(MergeState state) =>
        ReachOf(state, stream => _merges.GetValueOrDefault(stream, []).Concat(_picks.GetValueOrDefault(stream, [])));

    private static Dictionary<StreamName, long> ReachOf(
        MergeState state,
        Func<StreamName, IEnumerable<(RecordedEvent Event, MergeState Source)>> sourcesOf)
    {
        var contents = new Dictionary<StreamName, long>();
        var open = new Stack<MergeState>([state]);
        while (open.TryPop(out var next))
        {
            foreach (var (stream, _, upto) in next.Segments())
            {
                var known = contents.GetValueOrDefault(stream);
                if (upto <= known)
                {
                    continue;
                }

                contents[stream] = upto;
                foreach (var (merged, source) in sourcesOf(stream))
                {
                    if (merged.Version.Value > known && merged.Version.Value <= upto && source.History is not null)
                    {
                        open.Push(source);
                    }
                }
            }
        }

        return contents;
    }

    /// <summary>The merges, cherry-picks and rebases that a stream has itself, in order; those whose source no longer exists are left out.</summary>
    public IEnumerable<BranchJoin> JoinsOf(StreamName stream) => _merges.GetValueOrDefault(stream, []).Concat(_picks.GetValueOrDefault(stream, []))
        .Where(m => m.Source.History is not null).OrderBy(m => m.Event.Version.Value)
        .Select(m => new BranchJoin(
            stream,
            new Position(_histories[stream].LengthAt(m.Event.Version).Value - 1),
            m.Source.History!.Stream,
            m.Source.At,
            m.Event.Type,
            m.Event.Id));

    /// <summary>All cherry-picks and rebases that were loaded: the event that ends each, and the state that it took from.</summary>
    public IEnumerable<(RecordedEvent Event, MergeState Source)> Carries => _picks.Values.SelectMany(p => p);

    /// <summary>The last merge in a part of a history, from a position on; null for none.</summary>
    public RecordedEvent? FindLastMerge(MergeState state, Position from) =>
        state.Segments().Reverse()
            .Select(s => _merges[s.Stream].Select(m => m.Event)
                .Where(e => e.Version.Value <= s.Upto && s.Before + e.Version.Value > from.Value).MaxBy(e => e.Version.Value))
            .FirstOrDefault(e => e is not null);

    /// <summary>The states that two states have in common and that no other such state contains, the one whose last event is the newest first.</summary>
    public async Task<IReadOnlyList<MergeState>> FindBasesAsync(MergeState a, MergeState b, CancellationToken cancellationToken)
    {
        var (inA, inB) = (ContentsOf(a), ContentsOf(b));
        var common = inA.Where(e => inB.ContainsKey(e.Key)).ToDictionary(e => e.Key, e => Math.Min(e.Value, inB[e.Key]));
        var candidates = common.Select(c => StateOf(c.Key, c.Value)).OrderByDescending(s => s.History!.Lineage.Count).ToList();
        var dropped = new HashSet<StreamName>();
        foreach (var candidate in candidates.Where(c => !dropped.Contains(c.History!.Stream)))
        {
            foreach (var (stream, _, upto) in candidate.Segments())
            {
                if (stream != candidate.History!.Stream && common.TryGetValue(stream, out var version) && version <= upto)
                {
                    dropped.Add(stream);
                }
            }
        }

        var left = candidates.Where(c => !dropped.Contains(c.History!.Stream)).Select(c => (State: c, Contents: ContentsOf(c))).ToList();
        var newest = left.Where(c => !left.Any(o => o.State != c.State
            && o.Contents.GetValueOrDefault(c.State.History!.Stream) >= common[c.State.History.Stream])).Select(c => c.State).ToList();
        return newest.Count switch
        {
            // Both begin at the root, and share none of its events.
            0 => [new MergeState(a.History, Position.Start)],
            1 => newest,
            _ => await SortedAsync(newest, cancellationToken).ConfigureAwait(false),
        };
    }

    private MergeState StateOf(StreamName stream, long version)
    {
        var history = _histories[stream];
        return new MergeState(history, history.LengthAt(new StreamVersion(version)));
    }

    private async Task<IReadOnlyList<MergeState>> SortedAsync(List<MergeState> states, CancellationToken cancellationToken)
    {
        // One whose last event cannot be found comes last.
        var sorted = new List<(long Sequence, MergeState State)>();
        foreach (var state in states)
        {
            var (stream, version) = state.History!.Locate(new Position(state.At.Value - 1));
            var sequence = 0L;
            await foreach (var recorded in store.ReadForwardAsync(stream, version, version, cancellationToken).ConfigureAwait(false))
            {
                sequence = recorded.Sequence.Value;
            }

            sorted.Add((sequence, state));
        }

        return [.. sorted.OrderByDescending(s => s.Sequence).Select(s => s.State)];
    }

    // The lineage of each segment is what comes before it.
    private List<StreamName> Register(History history)
    {
        var added = new List<StreamName>();
        for (var i = 0; i < history.Lineage.Count; i++)
        {
            var stream = new StreamName(history.Lineage[i].Stream);
            if (!_merges.ContainsKey(stream))
            {
                Add(new History(stream, history.Root, [.. history.Lineage.Take(i)]));
            }
        }

        if (!_merges.ContainsKey(history.Stream))
        {
            Add(history);
        }

        return added;

        void Add(History known)
        {
            _histories[known.Stream] = known;
            (_merges[known.Stream], _picks[known.Stream]) = ([], []);
            added.Add(known.Stream);
        }
    }

    private async Task<List<(RecordedEvent Recorded, StreamName? Source, Position At)>> FindMergesAsync(
        List<StreamName> streams,
        CancellationToken cancellationToken)
    {
        var found = new List<(RecordedEvent Recorded, StreamName? Source, Position At)>();
        var count = streams.Count > 16 ? 1 : 4;
        for (var (open, first) = (streams, 0); open.Count > 0; (first, count) = (first + count, count * 4))
        {
            var ids = open.SelectMany(stream => Enumerable.Range(first, count).Select(n => (Id: EventIds.OfMerge(stream, n), Stream: stream, Number: n)));
            var counts = new Dictionary<StreamName, int>();
            foreach (var batch in ids.Chunk(IdsPerQuery))
            {
                var asked = batch.ToDictionary(b => b.Id);
                foreach (var recorded in await store.FindEventsAsync([.. asked.Keys], cancellationToken).ConfigureAwait(false))
                {
                    var (_, stream, number) = asked[recorded.Id];
                    counts[stream] = counts.GetValueOrDefault(stream) + 1;
                    _next[stream] = Math.Max(NextOf(stream), number + 1);
                    if (recorded.Stream == stream && recorded.Type is "branch.merged" or "branch.picked" or "branch.rebased")
                    {
                        var (source, at) = SourceOf(recorded);
                        found.Add((recorded, source, at));
                    }
                }
            }

            open = [.. open.Where(stream => counts.GetValueOrDefault(stream) == count)];
        }

        return found;
    }

    // The data may have been masked since, or imported.
    private static (StreamName? Source, Position At) SourceOf(RecordedEvent recorded)
    {
        var (source, at) = recorded.Data switch
        {
            BranchMerged merged => (merged.Source, merged.At),
            BranchPicked picked => (picked.Source, picked.At),
            BranchRebased rebased => (rebased.Source, rebased.At),
            _ => default,
        };
        if (source is null || at < 0)
        {
            return (null, Position.Start);
        }

        try
        {
            return (new StreamName(source), new Position(at));
        }
        catch (ArgumentException)
        {
            return (null, Position.Start);
        }
    }
}
