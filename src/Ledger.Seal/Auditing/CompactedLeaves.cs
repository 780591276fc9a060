using Ledger.Seal.Entries;

namespace Ledger.Seal.Auditing;

/// <summary>Which leaves compactions of record stores have taken out of the log, by their events.</summary>
/// <remarks>
/// A build from before these events wrote none, so that what its compactions deleted is gone without an explanation. Of these leaves only the checksums of the stream and the version
/// are there: as many as there are versions before the state that the store is left with, or the first that an event is about, are one finding and not many.
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

            stores.Add(new Store { Stream = stream, First = first, Sequence = sequence });
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

        return false;
    }

    /// <summary>Counts a leaf whose event is gone, if a compaction may have deleted it and no event says so.</summary>
    public bool TakeUnlisted(AuditLeaf leaf)
    {
        if (FindUnlisted(leaf) is not (var store, var version))
        {
            return false;
        }

        (store.Next, store.Events) = (version + 1, store.Events + 1);
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
    public IEnumerable<DeletedHistory> Deleted() => _histories.Values.Where(history => history.Events > 0).OrderBy(history => history.Sequence);

    /// <summary>Of which stores events are gone before a version, as many as that, and no event says so.</summary>
    public IEnumerable<(string Stream, long Events, long Version)> Unlisted() =>
        _stores.Values.SelectMany(stores => stores).Where(store => store.Events > 0).Select(store => (store.Stream, store.Events, store.First));

    /// <summary>What is in the archive, by compaction.</summary>
    public IEnumerable<ArchivedHistory> Archived() => _counted.Values.OrderBy(history => history.Sequence ?? 0).ThenBy(history => history.Stream, StringComparer.Ordinal);

    private (Store Store, long Version)? FindUnlisted(AuditLeaf leaf)
    {
        if (leaf.Checksums.Length != ColumnSums.Bytes || !_stores.TryGetValue(ColumnSums.Get(leaf.Checksums, Stream), out var stores))
        {
            return null;
        }

        var sum = ColumnSums.Get(leaf.Checksums, Version);
        foreach (var store in stores.Where(s => leaf.Sequence < s.Sequence))
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
        public required string Stream { get; init; }

        /// <summary>The first version that an event is about, or that is left.</summary>
        public required long First { get; init; }

        /// <summary>The number of the first event that is left.</summary>
        public required long Sequence { get; init; }

        public long Next { get; set; } = 1;

        public long Events { get; set; }
    }
}
