namespace Ledger.Seal.Auditing;

/// <summary>Ranges of leaves, each with what is said of it. Of two that overlap the one that begins first has the leaf.</summary>
internal sealed class LeafRanges<T>
{
    private readonly List<(long First, long Last, T Source)> _ranges = [];

    public LeafRanges(IEnumerable<(long First, long Last, T Source)> ranges)
    {
        foreach (var range in ranges.OrderBy(range => range.First))
        {
            var first = _ranges.Count == 0 ? range.First : Math.Max(range.First, _ranges[^1].Last + 1);
            if (first <= range.Last)
            {
                _ranges.Add(range with { First = first });
            }
        }
    }

    /// <summary>Whether a range has the leaf.</summary>
    public bool Has(long leaf) => TryFind(leaf, out _);

    /// <summary>What is said of a leaf.</summary>
    public bool TryFind(long leaf, out T source)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ranges[middle].First <= leaf ? (middle + 1, high) : (low, middle);
        }

        var isFound = low > 0 && _ranges[low - 1].Last >= leaf;
        source = isFound ? _ranges[low - 1].Source : default!;
        return isFound;
    }
}
