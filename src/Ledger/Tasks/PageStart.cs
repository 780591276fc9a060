namespace Ledger.Tasks;

/// <summary>Where a page begins: so many items in, or after the last item of the page before.</summary>
/// <remarks>The default value is the first page. After an item any page costs the same; an offset is counted through by the database.</remarks>
public readonly record struct PageStart
{
    private PageStart(int offset, PageCursor? cursor) => (Skip, Cursor) = (offset, cursor);

    /// <summary>How many items are passed over.</summary>
    public int Skip { get; }

    /// <summary>The item after which the page begins, or null.</summary>
    public PageCursor? Cursor { get; }

    /// <summary>A start after a number of items.</summary>
    /// <param name="count">Zero or more.</param>
    public static PageStart Offset(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new PageStart(count, null);
    }

    /// <summary>After an item: the <c>Next</c> of the page before.</summary>
    public static PageStart After(PageCursor cursor) => new(0, cursor);
}
