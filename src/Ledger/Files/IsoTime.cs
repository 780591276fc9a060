using System.Globalization;
using System.Text.RegularExpressions;

namespace Ledger.Files;

/// <summary>Parses ISO 8601 times: a date, or a date and a time, with or without an offset.</summary>
internal static partial class IsoTime
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
        "yyyy-MM-dd'T'HH:mm:sszzz",
        "yyyy-MM-dd'T'HH:mmzzz",
    ];

    /// <summary>Reads a time; one without an offset is in UTC.</summary>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        if (Shape().Match(text) is not { Success: true } match)
        {
            return false;
        }

        var fraction = match.Groups["fraction"].Value;
        var clock = match.Groups["clock"] is { Success: true } c ? c.Value : "00:00:00";
        var offset = match.Groups["offset"].Value switch
        {
            "" or "Z" or "z" => "+00:00",
            { Length: 3 } hours => hours + ":00",
            { Length: 5 } plain => plain[..3] + ":" + plain[3..],
            var full => full,
        };
        var normal = $"{match.Groups["date"].Value}T{clock}{(fraction.Length == 0 ? "" : "." + fraction[..Math.Min(fraction.Length, 7)])}{offset}";
        return DateTimeOffset.TryParseExact(normal, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
    }

    [GeneratedRegex(
        @"\A(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})([Tt ](?<clock>[0-9]{2}:[0-9]{2}(:[0-9]{2})?)([.,](?<fraction>[0-9]{1,18}))?(?<offset>[Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();
}
