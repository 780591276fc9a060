using System.Globalization;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Tasks;

/// <summary>The place of an item in an order by time and id; the next page begins after it.</summary>
/// <remarks>As text: Unix milliseconds, a colon, and the id. The default value is not a place that a page returns.</remarks>
public readonly record struct PageCursor
{
    /// <summary>The place after an item.</summary>
    public PageCursor(DateTimeOffset time, string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        Time = UnixMillisecondsConverter.Truncate(time);
        Id = id;
    }

    /// <summary>The item's time.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The item's id.</summary>
    public string Id { get => field ?? ""; }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">The text is not a place.</exception>
    public static PageCursor Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            && long.TryParse(text.AsSpan(0, colon), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds is >= UnixMillisecondsConverter.Least and <= UnixMillisecondsConverter.Most
                ? new PageCursor(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), text[(colon + 1)..])
                : throw new FormatException($"'{TextRules.Printable(text)}' is not a place in a list. Pass the 'next' of the previous page.");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time.ToUnixTimeMilliseconds()}:{Id}");
}
