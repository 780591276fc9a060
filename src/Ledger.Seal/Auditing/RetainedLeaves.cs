using System.Text.Json;

namespace Ledger.Seal.Auditing;

/// <summary>Which leaves retention says that it has removed, and has not restored since, by its events.</summary>
internal sealed class RetainedLeaves
{
    private readonly List<(long First, long Last, RetainedEvents Source)> _ranges = [];
    private readonly Dictionary<(long Run, string Stream), RetainedEvents> _counted;

    public RetainedLeaves(IEnumerable<(long Sequence, string Type, byte[] Data)> events)
        : this(events, [])
    {
    }

    private RetainedLeaves(IEnumerable<(long Sequence, string Type, byte[] Data)> events, Dictionary<(long Run, string Stream), RetainedEvents> counted)
    {
        _counted = counted;
        var removed = new Dictionary<(long Run, string Stream), List<(long First, long Last, RetainedEvents Source)>>();
        foreach (var (sequence, type, data) in events)
        {
            Add(removed, sequence, type, data);
        }

        // One after the other: two events may name the same leaves, and the first one counts.
        foreach (var range in removed.Values.SelectMany(ranges => ranges).OrderBy(range => range.First).ThenBy(range => range.Source.Sequence))
        {
            var first = _ranges.Count == 0 ? range.First : Math.Max(range.First, _ranges[^1].Last + 1);
            if (first <= range.Last)
            {
                _ranges.Add(range with { First = first });
            }
        }
    }

    /// <summary>The same counts with what retention says by now.</summary>
    public RetainedLeaves With(IEnumerable<(long Sequence, string Type, byte[] Data)> events) => new(events, _counted);

    /// <summary>Whether retention has removed a leaf.</summary>
    public bool Has(long leaf) => Find(leaf) is not null;

    /// <summary>Counts a leaf whose row is gone, if retention has removed it.</summary>
    public bool Take(long leaf)
    {
        if (Find(leaf) is not { } source)
        {
            return false;
        }

        var key = (source.Run, source.Stream);
        _counted[key] = _counted.TryGetValue(key, out var counted) ? counted with { Events = counted.Events + 1 } : source with { Events = 1 };
        return true;
    }

    /// <summary>What was counted, by run of retention and stream.</summary>
    public IEnumerable<RetainedEvents> Counted() => _counted.Values.OrderBy(source => source.Sequence);

    // The last range that begins at the leaf or before, if it has the leaf.
    private RetainedEvents? Find(long leaf)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ranges[middle].First <= leaf ? (middle + 1, high) : (low, middle);
        }

        return low > 0 && _ranges[low - 1].Last >= leaf ? _ranges[low - 1].Source : null;
    }

    private static void Add(Dictionary<(long Run, string Stream), List<(long First, long Last, RetainedEvents Source)>> removed, long sequence, string type, byte[] json)
    {
        try
        {
            using var data = JsonDocument.Parse(json);
            var root = data.RootElement;
            var key = (Run: root.GetProperty("retention").GetInt64(), Stream: root.GetProperty("stream").GetString()!);
            if (type == "retention.restored")
            {
                removed.Remove(key);
                return;
            }

            if (!root.TryGetProperty("leaves", out var leaves))
            {
                return;
            }

            if (!removed.TryGetValue(key, out var ranges))
            {
                removed[key] = ranges = [];
            }

            var source = ranges.Count > 0 ? ranges[0].Source : new RetainedEvents(key.Run, key.Stream, 0, sequence);
            ranges.AddRange(leaves.EnumerateArray().Select(range => (range[0].GetInt64(), range[1].GetInt64(), source)).ToList());
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            // It explains nothing then: the leaves that it may be about are findings, and so is the event, if it was changed.
        }
    }
}
