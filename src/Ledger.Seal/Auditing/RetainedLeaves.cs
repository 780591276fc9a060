namespace Ledger.Seal.Auditing;

/// <summary>Which leaves retention says that it has removed, and has not restored since, by its events.</summary>
internal sealed class RetainedLeaves
{
    private readonly LeafRanges<RetainedEvents> _leaves;
    private readonly Dictionary<(long Run, string Stream), RetainedEvents> _counted = [];
    private readonly Dictionary<(long Run, string Stream), RetainedEvents> _said = [];

    public RetainedLeaves(IEnumerable<SaidEvent> events)
    {
        var removed = new Dictionary<(long Run, string Stream), List<(long First, long Last, RetainedEvents Source)>>();
        foreach (var said in events.Where(said => said.Type != SaidEvent.Compacted))
        {
            said.TryRead(root =>
            {
                var key = (Run: root.GetProperty("retention").GetInt64(), Stream: root.GetProperty("stream").GetString()!);
                if (said.Type == SaidEvent.Restored)
                {
                    removed.Remove(key);
                    _said.Remove(key);
                    return;
                }

                _said.TryAdd(key, new RetainedEvents(key.Run, key.Stream, 0, said.Sequence) { By = said.Id });

                var leaves = SaidEvent.LeavesOf(root);
                if (leaves.Count > 0 && !removed.ContainsKey(key))
                {
                    removed[key] = [];
                }

                foreach (var (first, last) in leaves)
                {
                    removed[key].Add((first, last, _said[key]));
                }
            });
        }

        // Two events may name the same leaves, and the first one counts.
        _leaves = new LeafRanges<RetainedEvents>(removed.Values.SelectMany(ranges => ranges).OrderBy(range => range.Source.Sequence));
    }

    /// <summary>Counts a leaf whose row is gone, if retention has removed it.</summary>
    public bool Take(long leaf)
    {
        if (!_leaves.TryFind(leaf, out var source))
        {
            return false;
        }

        var key = (source.Run, source.Stream);
        _counted[key] = _counted.TryGetValue(key, out var counted) ? counted with { Events = counted.Events + 1 } : source with { Events = 1 };
        return true;
    }

    /// <summary>What says that a run of retention removes a stream, and has not restored it since; null for none.</summary>
    public RetainedEvents? FindSaid(long run, string stream) => _said.GetValueOrDefault((run, stream));

    /// <summary>Whether leaves of it were counted.</summary>
    public bool HasCounted(RetainedEvents said) => _counted.ContainsKey((said.Run, said.Stream));

    /// <summary>Whether retention has removed a leaf.</summary>
    public bool Has(long leaf) => _leaves.Has(leaf);

    /// <summary>What was counted, by run of retention and stream.</summary>
    public IEnumerable<RetainedEvents> Counted() => _counted.Values.OrderBy(source => source.Sequence);
}
