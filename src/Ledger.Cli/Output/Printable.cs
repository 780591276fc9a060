using System.Buffers;
using System.Globalization;

namespace Ledger.Cli.Output;

/// <summary>Text that cannot steer a terminal.</summary>
internal static class Printable
{
    // U+061C, U+200E and U+200F are direction marks; the others begin and end text of another direction (UAX 9).
    private const string Directions = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";

    private static readonly SearchValues<char> Steering = SearchValues.Create(string.Concat(Characters('\0', '\u001f'), Characters('\u007f', '\u009f'), Directions));

    // Set once for a command, before anything is printed; commands that tests run at the same time each have their own.
    private static readonly AsyncLocal<TimeZoneInfo?> ZoneOfCommand = new();

    /// <summary>The time zone in which times are shown. Default: UTC.</summary>
    public static TimeZoneInfo Zone
    {
        get => ZoneOfCommand.Value ?? TimeZoneInfo.Utc;
        set => ZoneOfCommand.Value = value;
    }

    /// <summary>Whether a character is a C1 control, or changes the direction of text.</summary>
    public static bool IsSteering(int scalar) => scalar is >= 0x7f and <= char.MaxValue && Steering.Contains((char)scalar);

    /// <summary>The text with control characters, and those that change the direction of text, shown as U+FFFD, the replacement character.</summary>
    public static string Of(string text) => !text.AsSpan().ContainsAny(Steering)
        ? text
        : string.Create(text.Length, text, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = Steering.Contains(text[i]) ? '\uFFFD' : text[i];
            }
        });

    /// <summary>A count with its noun: <c>1 event</c>, <c>1,200 events</c>.</summary>
    public static string Count(long count, string noun) =>
        $"{Number(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>A whole number with thousands separators.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A time to the second in the zone of the command, with its offset, so that an option takes it as it is shown.</summary>
    public static string Time(DateTimeOffset time) => Zone.BaseUtcOffset == TimeSpan.Zero && !Zone.SupportsDaylightSavingTime
        ? time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : TimeZoneInfo.ConvertTime(time, Zone).ToString("yyyy-MM-dd HH:mm:sszzz", CultureInfo.InvariantCulture);

    /// <summary>A heading for a column of times.</summary>
    public static string TimeHeading(string heading) => heading.PadRight(Time(DateTimeOffset.UnixEpoch).Length);

    private static string Characters(char first, char last) => string.Create(last - first + 1, first, static (characters, first) =>
    {
        for (var i = 0; i < characters.Length; i++)
        {
            characters[i] = (char)(first + i);
        }
    });
}
