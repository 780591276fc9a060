namespace Ledger.Log;

/// <summary>Which positions are looked at when events are counted in slices.</summary>
internal readonly struct CountedPositions
{
    // Neighbours are on the same pages of a table, so that a long run costs the same as a short one; a thousand slices still have a group each.
    private const int Neighbours = 4;

    private readonly long _from;
    private readonly long _count;
    private readonly int _slices;

    public CountedPositions(Position from, Position to, int slices)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slices, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slices, 1_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        _from = from.Value;
        _count = to.Value - from.Value;
        _slices = slices;
    }

    public bool IsSampled => _count > LogSearch.MostCounted;

    public int Length => (int)Math.Min(_count, LogSearch.MostCounted);

    /// <summary>The position of the event that is looked at as number <paramref name="index"/>: all, or groups of neighbours that are evenly spread.</summary>
    public long this[int index] =>
        IsSampled ? _from + (long)((Int128)_count * (index / Neighbours) / (Length / Neighbours)) + (index % Neighbours) : _from + index;

    public int SliceOf(long position) => (int)((Int128)(position - _from) * _slices / _count);
}
