namespace Ledger.Postgres.Log;

/// <summary>How many rows the next page has: few at first, then as many as a bounded amount of memory holds.</summary>
/// <remarks>No page has more than 10,000 rows, because a snapshot held longer keeps dead rows from being pruned on hot streams.</remarks>
internal readonly record struct PageSize
{
    private const int First = 250;
    private const int Largest = 10_000;

    private readonly int _rows;

    private PageSize(int rows) => _rows = rows;

    /// <summary>The most JSON that a page keeps; the row that exceeds it is its last.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    /// <summary>The number of rows to ask for.</summary>
    public int Rows => _rows == 0 ? First : _rows;

    /// <summary>The size of the page after one of some rows and bytes.</summary>
    public PageSize After(int rows, long bytes)
    {
        var fitting = bytes == 0 ? Largest : (long)rows * MaxBytes / bytes;
        return new PageSize((int)Math.Clamp(Math.Min(fitting, Rows * 8L), 1, Largest));
    }
}
