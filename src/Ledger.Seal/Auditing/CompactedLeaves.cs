using Ledger.Seal.Entries;

namespace Ledger.Seal.Auditing;

/// <summary>Which leaves compactions of record stores have taken out of the log, by their events.</summary>
/// <remarks>
/// Compactions from before these events say no leaves. A leaf has only checksums of its event's stream and version, so each version before the first that an event is about,
/// or before the state that the store is left with, explains one leaf, and in order: no more events can be missing than those compactions deleted.
/// </remarks>
internal sealed class CompactedLeaves
{
    private const int Stream = 2;
    private const int Version = 3;

    private readonly LeafRanges<SaidEvent> _deleted;
    private readonly LeafRanges<SaidEvent> _archived;
    private readonly Dictionary<SaidEvent, DeletedHistory> _histories = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ushort, List<Store>> _stores = [];
    private readonly Dictionary<(string Stream, long? Sequence), ArchivedHistory> _counted = [];

    public CompactedLeaves(IEnumerable<SaidEvent> events, IEnumerable<(string Stream, long Version, long Sequence)> shortened)
    {
        var (deleted, archived) = (new List<(long, long, SaidEvent)>(), new List<(long, long, SaidEvent)>());
        var firsts = new Dictionary<string, long>(StringComparer.Ordinal);
        var compactions = new Dictionary<(string Stream, string Compaction), SaidEvent>();
        foreach (var said in events.Where(said => said.Type == SaidEvent.Compacted))
        {
            said.TryRead(root =>
            {
                var (stream, from, to) = (root.GetProperty("stream").GetString()!, root.GetProperty("from").GetInt64(), root.GetProperty("to").GetInt64());
                var isDeleted = root.GetProperty("history").GetString() == "deleted";
                var leaves = SaidEvent.LeavesOf(root);
                firsts[stream] = Math.Min(from, firsts.GetValueOrDefault(stream, from));

                // Of several events about one compaction the first one counts.
                var key = (stream, root.GetProperty("compaction").GetString()!);
                compactions.TryAdd(key, said);
                _histories.TryAdd(compactions[key], new DeletedHistory(stream, 0, to + 1, said.Sequence) { By = said.Id });
                (isDeleted ? deleted : archived).AddRange(leaves.Select(range => (range.First, range.Last, compactions[key])));
            });
        }

        (_deleted, _archived) = (new LeafRanges<SaidEvent>(deleted), new LeafRanges<SaidEvent>(archived));
        foreach (var (stream, version, sequence) in shortened)
        {
            var first = Math.Min(version, firsts.GetValueOrDefault(stream, version));
            var sum = ColumnSums.Fold(ColumnSums.OfText(stream));
            if (!_stores.TryGetValue(sum, out var stores))
            {
                _stores[sum] = stores = [];
            }

            stores.Add(new Store { First = first, History = new DeletedHistory(stream, 0, first, sequence) });
        }
    }

    /// <summary>Whether an event says that a compaction has deleted the event of a leaf.</summary>
    public bool HasDeleted(long leaf) => _deleted.Has(leaf);

    /// <summary>Counts a leaf whose event is gone, if a compaction has deleted it.</summary>
    public bool TakeDeleted(AuditLeaf leaf)
    {
        if (_deleted.TryFind(leaf.Leaf, out var said))
        {
            _histories[said] = _histories[said] with { Events = _histories[said].Events + 1 };
            return true;
        }

        if (FindUnlisted(leaf) is not (var store, var version))
        {
            return false;
        }

        (store.Next, store.History) = (version + 1, store.History with { Events = store.History.Events + 1 });
        return true;
    }

    /// <summary>Counts a leaf whose event is in the archive.</summary>
    public void CountArchived(AuditLeaf leaf, string stream)
    {
        var said = _archived.TryFind(leaf.Leaf, out var found) ? found : null;
        var counted = _counted.GetValueOrDefault((stream, said?.Sequence)) ?? new ArchivedHistory(stream, 0, said?.Sequence, said?.Id);
        _counted[(stream, said?.Sequence)] = counted with { Events = counted.Events + 1 };
    }

    /// <summary>What was deleted, by compaction.</summary>
    public IEnumerable<DeletedHistory> Deleted() => _histories.Values
        .Concat(_stores.Values.SelectMany(stores => stores).Select(store => store.History))
        .Where(history => history.Events > 0)
        .OrderBy(history => history.Sequence);

    /// <summary>What is in the archive, by compaction.</summary>
    public IEnumerable<ArchivedHistory> Archived() => _counted.Values.OrderBy(history => history.Sequence ?? 0).ThenBy(history => history.Stream, StringComparer.Ordinal);

    private (Store Store, long Version)? FindUnlisted(AuditLeaf leaf)
    {
        if (leaf.Checksums.Length != ColumnSums.Bytes || !_stores.TryGetValue(ColumnSums.Get(leaf.Checksums, Stream), out var stores))
        {
            return null;
        }

        var sum = ColumnSums.Get(leaf.Checksums, Version);
        foreach (var store in stores.Where(s => leaf.Sequence < s.History.Sequence))
        {
            // Versions that the seal had not come to when they were deleted have no leaf.
            for (var version = store.Next; version < store.First; version++)
            {
                if (ColumnSums.Fold(ColumnSums.OfNumber(version)) == sum)
                {
                    return (store, version);
                }
            }
        }

        return null;
    }

    private sealed class Store
    {
        public required DeletedHistory History { get; set; }

        /// <summary>The first version that an event is about, or that is left.</summary>
        public required long First { get; init; }

        public long Next { get; set; } = 1;
    }
}
