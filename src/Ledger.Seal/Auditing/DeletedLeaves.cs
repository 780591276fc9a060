using Ledger.Seal.Entries;

namespace Ledger.Seal.Auditing;

/// <summary>Which leaves without an event are of the history that compactions of record stores have deleted.</summary>
/// <remarks>
/// A leaf has only checksums of its event's stream and version. So each version before the state that a store is left with explains one leaf before that, and in order: no more
/// events can be missing than the compaction deleted.
/// </remarks>
internal sealed class DeletedLeaves
{
    private const int Stream = 2;
    private const int Version = 3;

    private readonly Dictionary<ushort, List<Store>> _stores = [];

    /// <summary>Takes in what is known of stores by now.</summary>
    public void Learn(IEnumerable<(string Stream, long Version, long Sequence)> stores)
    {
        foreach (var (stream, version, sequence) in stores)
        {
            var sum = ColumnSums.Fold(ColumnSums.OfText(stream));
            if (!_stores.TryGetValue(sum, out var known))
            {
                _stores[sum] = known = [];
            }

            var store = known.Find(s => s.History.Stream == stream);
            if (store is null)
            {
                known.Add(store = new Store { History = new DeletedHistory(stream, 0, version, sequence) });
            }

            store.History = store.History with { Version = version, Sequence = sequence };
        }
    }

    /// <summary>Whether a leaf may be of one of them.</summary>
    public bool Has(AuditLeaf leaf) => Find(leaf) is not null;

    /// <summary>Counts a leaf whose event is gone, if it is of one of them.</summary>
    public bool Take(AuditLeaf leaf)
    {
        if (Find(leaf) is not (var store, var version))
        {
            return false;
        }

        (store.Next, store.History) = (version + 1, store.History with { Events = store.History.Events + 1 });
        return true;
    }

    /// <summary>What was counted.</summary>
    public IEnumerable<DeletedHistory> Counted() => _stores.Values.SelectMany(stores => stores).Select(store => store.History).Where(h => h.Events > 0).OrderBy(h => h.Sequence);

    private (Store Store, long Version)? Find(AuditLeaf leaf)
    {
        if (leaf.Checksums.Length != ColumnSums.Bytes || !_stores.TryGetValue(ColumnSums.Get(leaf.Checksums, Stream), out var stores))
        {
            return null;
        }

        var sum = ColumnSums.Get(leaf.Checksums, Version);
        foreach (var store in stores.Where(s => leaf.Sequence < s.History.Sequence))
        {
            // Versions that the seal had not come to when they were deleted have no leaf.
            for (var version = store.Next; version < store.History.Version; version++)
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

        public long Next { get; set; } = 1;
    }
}
