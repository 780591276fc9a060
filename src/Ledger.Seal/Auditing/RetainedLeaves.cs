using System.Text.Json;

namespace Ledger.Seal.Auditing;

/// <summary>Which leaves retention says that it has removed, by its events.</summary>
internal sealed class RetainedLeaves
{
    private readonly List<(long First, long Last, int Source)> _ranges = [];
    private readonly List<RetainedEvents> _sources = [];
    private readonly Dictionary<(long Run, string Stream), int> _places = [];
    private readonly long[] _counts;

    public RetainedLeaves(IEnumerable<(long Sequence, byte[] Data)> events)
    {
        foreach (var (sequence, data) in events)
        {
            Add(sequence, data);
        }

        _ranges.Sort();
        _counts = new long[_sources.Count];
    }

    /// <summary>Whether retention has removed a leaf.</summary>
    public bool Has(long leaf) => Find(leaf) >= 0;

    /// <summary>Counts a leaf whose row is gone, if retention has removed it.</summary>
    public bool Take(long leaf)
    {
        var found = Find(leaf);
        if (found >= 0)
        {
            _counts[_ranges[found].Source]++;
        }

        return found >= 0;
    }

    /// <summary>What was counted, by run of retention and stream.</summary>
    public IEnumerable<RetainedEvents> Counted() => _sources.Select((source, i) => source with { Events = _counts[i] }).Where(source => source.Events > 0);

    // The last range that begins at the leaf or before, if it has the leaf.
    private int Find(long leaf)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ranges[middle].First <= leaf ? (middle + 1, high) : (low, middle);
        }

        return low > 0 && _ranges[low - 1].Last >= leaf ? low - 1 : -1;
    }

    private void Add(long sequence, byte[] json)
    {
        try
        {
            using var data = JsonDocument.Parse(json);
            var root = data.RootElement;
            if (!root.TryGetProperty("leaves", out var leaves))
            {
                return;
            }

            var key = (root.GetProperty("retention").GetInt64(), root.GetProperty("stream").GetString()!);
            if (!_places.TryGetValue(key, out var place))
            {
                _places[key] = place = _sources.Count;
                _sources.Add(new RetainedEvents(key.Item1, key.Item2, 0, sequence));
            }

            foreach (var range in leaves.EnumerateArray())
            {
                _ranges.Add((range[0].GetInt64(), range[1].GetInt64(), place));
            }
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            // It explains nothing then: the leaves that it may be about are findings, and so is the event, if it was changed.
        }
    }
}
