using System.Globalization;

namespace Ledger.Cli.Output;

/// <summary>Text that cannot steer a terminal.</summary>
internal static class Printable
{
    /// <summary>The text with control characters shown as U+FFFD, the replacement character.</summary>
    public static string Of(string text) => text.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 && text.AsSpan().IndexOfAnyInRange('\x7f', '\x9f') < 0
        ? text
        : string.Create(text.Length, text, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(text[i]) ? '\uFFFD' : text[i];
            }
        });

    /// <summary>A count with its noun: <c>1 event</c>, <c>1,200 events</c>.</summary>
    public static string Count(long count, string noun) =>
        $"{Number(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>A whole number with its thousands apart.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A time to the second, in UTC.</summary>
    public static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
