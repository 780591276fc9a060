using System.Globalization;
using Ledger.Explorer.Rendering;
using Ledger.Log;

namespace Ledger.Explorer.Api;

/// <summary>Pages of lists: each names the next one.</summary>
internal static class Paging
{
    private const int MostSkipped = 10_000_000;

    /// <summary>How many items a page of a list begins after, as <c>skip</c>, or as the <c>next</c> of the page before.</summary>
    /// <exception cref="BadRequestException">The place to go on is malformed, or given twice.</exception>
    public static int SkipOf(Query query)
    {
        if (query.Text("after") is not { } after)
        {
            return query.Number("skip", 0, 0, MostSkipped);
        }

        CheckOnce(query);
        return IsCount(after) ? query.Number("after", 0, 0, MostSkipped) : throw Malformed();
    }

    /// <summary>Refuses an <c>after</c> together with a <c>skip</c>.</summary>
    public static void CheckOnce(Query query)
    {
        if (query.Text("after") is not null && query.Text("skip") is not null)
        {
            throw new BadRequestException("'after' and 'skip' both say where the page begins; give one.");
        }
    }

    /// <summary>Whether an <c>after</c> counts items; in other lists it names one.</summary>
    public static bool IsCount(string? after) => after is not null && after.All(char.IsAsciiDigit);

    /// <summary>The <c>after</c> of the next page; null after the last one.</summary>
    public static string? NextOf(StreamQuery query, bool hasMore) =>
        hasMore ? (query.Skip + query.Limit).ToString(CultureInfo.InvariantCulture) : null;

    /// <summary>A page of a list that is known as a whole, sorted by a number and an id, so that items which leave the list are no hindrance.</summary>
    /// <exception cref="BadRequestException">The place to go on is malformed.</exception>
    public static (IReadOnlyList<T> Page, string? Next) Of<T>(Query query, IEnumerable<T> items, Func<T, long> number, Func<T, string> id)
    {
        var limit = query.Number("limit", 100, 1, 1_000);
        var sorted = items.OrderBy(number).ThenBy(id, StringComparer.Ordinal);
        var rest = query.Text("after") is not { } after ? sorted : PlaceOf(after) is var (from, last)
            ? sorted.Where(item => number(item) > from || (number(item) == from && string.CompareOrdinal(id(item), last) > 0))
            : throw Malformed();
        var page = rest.Take(limit + 1).ToList();
        return page.Count <= limit
            ? (page, null)
            : (page[..limit], string.Create(CultureInfo.InvariantCulture, $"{number(page[limit - 1])}:{id(page[limit - 1])}"));
    }

    private static BadRequestException Malformed() => new("'after' must be the 'next' of the previous page.");

    private static (long Number, string Id)? PlaceOf(string after) =>
        after.Split(':', 2) is [var number, var id] && long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? (value, id)
            : null;
}
