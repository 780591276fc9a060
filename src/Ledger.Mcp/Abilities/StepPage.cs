using System.Text.Json.Serialization.Metadata;

namespace Ledger.Mcp.Abilities;

/// <summary>A page of several lists that are read in step: one that ends for its bytes shortens the others.</summary>
internal sealed class StepPage(int? skip, int? limit)
{
    private const int DefaultLimit = 100;

    private readonly int _skip = skip ?? 0;
    private int _count = limit ?? DefaultLimit;
    private int _longest;

    /// <summary>Bounds the page by a list.</summary>
    public StepPage With<T>(IReadOnlyList<T> all, JsonTypeInfo<T> type)
    {
        var fitting = ToolPage.Count(all, _skip, _count, type);
        _count = _skip + fitting < all.Count ? Math.Min(_count, fitting) : _count;
        return With(all.Count);
    }

    /// <summary>Lets the pages go on to the end of a list whose items are short.</summary>
    public StepPage With(int length)
    {
        _longest = Math.Max(_longest, length);
        return this;
    }

    /// <summary>The part of a list that is on the page.</summary>
    public IReadOnlyList<T> Slice<T>(IReadOnlyList<T> all) => ToolPage.Slice(all, _skip, _count);

    /// <summary>What to skip for the next page; null after the last.</summary>
    public int? Next => ToolPage.NextOf(_skip, _count, _longest);
}
