using System.Globalization;
using System.Text.RegularExpressions;

namespace Ledger.Cli.Streams;

/// <summary>A time as a person types it, which is a moment once the present and the time zone are known.</summary>
/// <remarks>
/// <list type="number">
/// <item>ISO 8601: <c>2026-11-20</c>, <c>2026-11-20T09:30:00Z</c>; in the zone of the command unless it has an offset. A date is its first moment.</item>
/// <item><c>now</c>, <c>today</c>, <c>yesterday</c>: the last two are the first moment of that day.</item>
/// <item><c>09:30</c> or <c>09:30:15</c>: of today; <c>yesterday 09:30</c>.</item>
/// <item><c>90s</c>, <c>30m</c>, <c>1h</c>, <c>2d</c>, <c>1w</c>, <c>1h30m</c>, <c>2 days ago</c>: that long before now. Days are of 24 hours.</item>
/// </list>
/// </remarks>
internal readonly partial record struct GivenTime
{
    private const string Today = "today";
    private const string Yesterday = "yesterday";

    private readonly TimeSpan _before;
    private readonly TimeOnly _time;
    private readonly DateTimeOffset _fixed;
    private readonly DateTime _local;
    private readonly Kind _kind;

    private GivenTime(Kind kind, TimeSpan before = default, TimeOnly time = default, DateTimeOffset fixedTime = default, DateTime local = default) =>
        (_kind, _before, _time, _fixed, _local) = (kind, before, time, fixedTime, local);

    private enum Kind
    {
        BeforeNow,
        OfDay,
        Fixed,
        Local,
    }

    /// <summary>Reads a text; null if it is not a time.</summary>
    public static GivenTime? Parse(string text)
    {
        var trimmed = text.Trim().ToLowerInvariant();
        return trimmed switch
        {
            "now" => new(Kind.BeforeNow),
            Today => new(Kind.OfDay),
            Yesterday => new(Kind.OfDay, TimeSpan.FromDays(1)),
            _ => ParseTimeOfDay(trimmed) ?? ParseBefore(trimmed) ?? ParseDate(text.Trim()),
        };
    }

    /// <summary>The moment that it is.</summary>
    /// <param name="now">The present.</param>
    /// <param name="zone">The zone of days, and of times without an offset.</param>
    public DateTimeOffset Resolve(DateTimeOffset now, TimeZoneInfo zone) => _kind switch
    {
        Kind.Fixed => _fixed,
        Kind.Local => In(zone, _local),
        Kind.OfDay => In(zone, TimeZoneInfo.ConvertTime(now, zone).Date - _before + _time.ToTimeSpan()),
        _ => now - _before,
    };

    // The first and the last year have moments that are none in another zone.
    private static DateTimeOffset In(TimeZoneInfo zone, DateTime local) => new(local, local.Year is > 1 and < 9999 ? zone.GetUtcOffset(local) : TimeSpan.Zero);

    private static GivenTime? ParseTimeOfDay(string text)
    {
        var (before, rest) = text.StartsWith(Yesterday, StringComparison.Ordinal) ? (TimeSpan.FromDays(1), text[Yesterday.Length..])
            : text.StartsWith(Today, StringComparison.Ordinal) ? (TimeSpan.Zero, text[Today.Length..])
            : (TimeSpan.Zero, text);
        return TimeOnly.TryParseExact(rest.Trim(), ["H:mm", "H:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? new(Kind.OfDay, before, time) : null;
    }

    private static GivenTime? ParseBefore(string text)
    {
        if (Ago().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var seconds = 0.0;
        for (var i = 0; i < match.Groups["count"].Captures.Count; i++)
        {
            seconds += double.Parse(match.Groups["count"].Captures[i].Value, CultureInfo.InvariantCulture) * SecondsOf(match.Groups["unit"].Captures[i].Value);
        }

        // A thousand years are more than any log has, and fewer than a calendar can subtract.
        return seconds < TimeSpan.FromDays(365_000).TotalSeconds ? new(Kind.BeforeNow, TimeSpan.FromSeconds(seconds)) : null;
    }

    private static double SecondsOf(string unit) => unit[0] switch
    {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => 604_800,
    };

    private static GivenTime? ParseDate(string text)
    {
        text = text.ToUpperInvariant();
        if (IsoTime().Match(text) is not { Success: true } match)
        {
            return null;
        }

        if (match.Groups["offset"].Success)
        {
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? new(Kind.Fixed, fixedTime: time) : null;
        }

        return DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? new(Kind.Local, local: DateTime.SpecifyKind(local, DateTimeKind.Unspecified))
            : null;
    }

    [GeneratedRegex(@"^(?:(?<count>\d{1,12})\s*(?<unit>seconds?|s|minutes?|mins?|m|hours?|h|days?|d|weeks?|w)\s*)+(?:ago)?$")]
    private static partial Regex Ago();

    // The parsers take much else, and some of it as a time of the machine's zone.
    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?<offset> ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?))?)?$")]
    private static partial Regex IsoTime();
}
