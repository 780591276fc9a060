namespace Ledger.Tasks;

/// <summary>Where a page begins: so many items in, or behind the last item of the page before.</summary>
/// <remarks>The default value is the first page. Behind an item any page costs the same; an offset is counted through by the database.</remarks>
public readonly record struct PageStart
{
    private PageStart(int offset, PageCursor? after) => (Skip, After) = (offset, after);

    /// <summary>How many items are passed over.</summary>
    public int Skip { get; }

    /// <summary>The item behind which the page begins, or null.</summary>
    public PageCursor? After { get; }

    /// <summary>So many items in.</summary>
    /// <param name="count">Zero or more.</param>
    public static PageStart Offset(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new PageStart(count, null);
    }

    /// <summary>Behind an item: the <c>Next</c> of the page before.</summary>
    public static PageStart Behind(PageCursor cursor) => new(0, cursor);
}
