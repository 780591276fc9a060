namespace Ledger.Memory;

/// <summary>A list that only grows, so that a snapshot of it can be read later without a lock.</summary>
/// <remarks>Adding and taking a snapshot need the owner's lock; reading a snapshot does not.</remarks>
internal sealed class AppendOnlyList<T>
{
    private T[] _items = [];

    public int Count { get; private set; }

    /// <summary>The current items; the snapshot does not change when more are added.</summary>
    public ReadOnlyMemory<T> Snapshot => _items.AsMemory(0, Count);

    public void Add(T item)
    {
        if (Count == _items.Length)
        {
            // The old array stays as it is for those who hold a snapshot of it.
            Array.Resize(ref _items, Math.Max(4, Count * 2));
        }

        _items[Count++] = item;
    }
}
